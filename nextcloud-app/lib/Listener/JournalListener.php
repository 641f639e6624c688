<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Listener;

use OCA\ExchangeConnector\AppInfo\Application;
use OCA\ExchangeConnector\Service\JournalService;
use OCP\EventDispatcher\Event;
use OCP\EventDispatcher\IEventListener;
use Psr\Log\LoggerInterface;
use Throwable;

/**
 * Writes down what changed, inside the transaction of the change. Events are known by their names: some are of the server's public interface only since
 * Nextcloud 32. Whatever goes wrong here must never undo what a person wrote.
 *
 * @template-implements IEventListener<Event>
 */
class JournalListener implements IEventListener {
	private const OPS = [
		'Created' => 'create', 'Updated' => 'update', 'Deleted' => 'delete', 'MovedToTrash' => 'delete', 'Restored' => 'create',
	];

	public function __construct(
		private JournalService $journal,
		private LoggerInterface $log,
	) {
	}

	public function handle(Event $event): void {
		try {
			$name = substr($event::class, (int)strrpos($event::class, '\\') + 1);
			if (preg_match('/^(CalendarObject|Calendar|Card|AddressBook)(Created|Updated|Deleted|MovedToTrash|Restored|Moved)Event$/', $name, $match) !== 1) {
				return;
			}
			match ($match[1]) {
				'CalendarObject' => $this->object($event, 'calendar', $match[2]),
				'Card' => $this->object($event, 'contacts', $match[2]),
				'Calendar' => $this->collection('calendar', $event->getCalendarData(), $match[2]),
				'AddressBook' => $this->collection('contacts', $event->getAddressBookData(), $match[2]),
			};
		} catch (Throwable $error) {
			$this->log->error('A change could not be written to the journal; the next full comparison finds it', ['app' => Application::APP_ID, 'exception' => $error]);
		}
	}

	private function object(Event $event, string $kind, string $what): void {
		if ($what === 'Moved') {
			[$from, $to] = $kind === 'calendar'
				? [$event->getSourceCalendarData(), $event->getTargetCalendarData()]
				: [$event->getSourceAddressBookData(), $event->getTargetAddressBookData()];
			$uri = (string)(($kind === 'calendar' ? $event->getObjectData() : $event->getCardData())['uri'] ?? '');
			$this->write($kind, $from, $uri, 'delete');
			$this->write($kind, $to, $uri, 'create');
			return;
		}
		$collection = $kind === 'calendar' ? $event->getCalendarData() : $event->getAddressBookData();
		$data = $kind === 'calendar' ? $event->getObjectData() : $event->getCardData();
		// In the trash the name has an ending that nobody outside knows.
		$uri = preg_replace('/-deleted(\.ics)$/', '$1', (string)($data['uri'] ?? '')) ?? '';
		$this->write($kind, $collection, $uri, self::OPS[$what]);
	}

	private function collection(string $kind, array $data, string $what): void {
		$this->write($kind, $data, null, self::OPS[$what] ?? 'update');
	}

	private function write(string $kind, array $collection, ?string $object, string $op): void {
		$principal = (string)($collection['principaluri'] ?? '');
		if (!str_starts_with($principal, 'principals/users/') || $object === '') {
			return;
		}
		$uid = substr($principal, strlen('principals/users/'));
		if ($this->journal->isFollowed($uid)) {
			$this->journal->write($uid, ['kind' => $kind, 'collection' => (string)$collection['uri'], 'object' => $object, 'op' => $op]);
		}
	}
}
