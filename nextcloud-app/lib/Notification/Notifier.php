<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Notification;

use OCP\IURLGenerator;
use OCP\L10N\IFactory;
use OCP\Notification\AlreadyProcessedException;
use OCP\Notification\INotification;
use OCP\Notification\INotifier;
use OCP\Notification\UnknownNotificationException;

/** Says the app's notifications in the reader's language: the invitation, and that a sync was stopped for safety. */
class Notifier implements INotifier {
	public const INVITATION = 'invitation';
	public const HALTED = 'halted';

	public function __construct(
		private IFactory $languages,
		private IURLGenerator $urls,
	) {
	}

	public function getID(): string {
		return 'exchange_connector';
	}

	public function getName(): string {
		return $this->languages->get('exchange_connector')->t('Exchange Connector');
	}

	/**
	 * @throws UnknownNotificationException for those of other apps
	 * @throws AlreadyProcessedException never: what is over is taken away by Notifications::settled()
	 */
	public function prepare(INotification $notification, string $languageCode): INotification {
		if ($notification->getApp() !== 'exchange_connector') {
			throw new UnknownNotificationException();
		}
		$l = $this->languages->get('exchange_connector', $languageCode);
		switch ($notification->getSubject()) {
			case self::INVITATION:
				$notification->setParsedSubject($l->t('Synchronize with Exchange?'))
					->setParsedMessage($l->t('You can keep your calendars, tasks and contacts in step with your Exchange mailbox. You decide in your settings.'));
				break;
			case self::HALTED:
				$notification->setParsedSubject($l->t('Exchange sync stopped for safety'))
					->setParsedMessage($l->t('A safety check stopped the synchronization. Nothing was changed. Your administrator has to look at it.'));
				break;
			default:
				throw new UnknownNotificationException();
		}
		$page = $this->urls->linkToRouteAbsolute('settings.PersonalSettings.index', ['section' => 'exchange_connector']);
		$icon = $this->urls->getAbsoluteURL($this->urls->imagePath('exchange_connector', 'app-dark.svg'));
		$action = $notification->createAction();
		$action->setLabel('look')->setParsedLabel($l->t('Look at it'))->setPrimary(true)->setLink($page, 'WEB');
		return $notification->setIcon($icon)->setLink($page)->addParsedAction($action);
	}
}
