<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Controller;

use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\IdentityService;
use OCA\ExchangeConnector\Service\SecretService;
use OCA\ExchangeConnector\Service\SettingsService;
use OCA\ExchangeConnector\Settings\Admin;
use OCA\ExchangeConnector\Ui\AdminView;
use OCP\AppFramework\Http\Attribute\ApiRoute;
use OCP\AppFramework\Http\Attribute\AuthorizedAdminSetting;
use OCP\AppFramework\Http\Attribute\PasswordConfirmationRequired;
use OCP\AppFramework\Http\DataResponse;
use OCP\AppFramework\OCSController;
use OCP\IGroupManager;
use OCP\IRequest;

/** What an administrator does on the settings page. Every change asks for a fresh password; the secret is only ever in the answer that made it. */
class UiAdminController extends OCSController {
	use Answers;

	private const GROUPS_MAX = 30;
	private const USERS_MAX = 100;

	public function __construct(
		string $appName,
		IRequest $request,
		private AdminView $view,
		private SettingsService $settings,
		private SecretService $secrets,
		private IdentityService $identity,
		private EnrolmentService $enrolment,
		private IGroupManager $groups,
	) {
		parent::__construct($appName, $request);
	}

	#[AuthorizedAdminSetting(settings: Admin::class)]
	#[ApiRoute(verb: 'GET', url: '/ui/v1/admin/settings')]
	public function settings(): DataResponse {
		return $this->answer(fn (): array => $this->view->settings());
	}

	/** Any subset of the settings; what is not named stays. */
	#[AuthorizedAdminSetting(settings: Admin::class)]
	#[PasswordConfirmationRequired]
	#[ApiRoute(verb: 'PUT', url: '/ui/v1/admin/settings')]
	public function change(): DataResponse {
		return $this->answer(function (): array {
			$this->settings->set(array_intersect_key($this->request->getParams(), array_flip(SettingsService::KEYS)));
			return $this->view->settings();
		});
	}

	#[AuthorizedAdminSetting(settings: Admin::class)]
	#[PasswordConfirmationRequired]
	#[ApiRoute(verb: 'POST', url: '/ui/v1/admin/secret/rotate')]
	public function rotate(): DataResponse {
		return $this->answer(function (): array {
			$secret = $this->secrets->rotate();
			return ['secret' => $secret, 'secrets' => $this->view->secrets()];
		});
	}

	#[AuthorizedAdminSetting(settings: Admin::class)]
	#[PasswordConfirmationRequired]
	#[ApiRoute(verb: 'DELETE', url: '/ui/v1/admin/secret/previous')]
	public function dropPrevious(): DataResponse {
		return $this->answer(function (): array {
			$this->secrets->dropPrevious();
			return ['secrets' => $this->view->secrets()];
		});
	}

	#[AuthorizedAdminSetting(settings: Admin::class)]
	#[ApiRoute(verb: 'GET', url: '/ui/v1/admin/groups')]
	public function groups(string $search = ''): DataResponse {
		return $this->answer(fn (): array => ['groups' => array_map(
			static fn ($group): array => ['id' => $group->getGID(), 'name' => $group->getDisplayName()],
			array_values($this->groups->search($search, self::GROUPS_MAX)),
		)]);
	}

	/** @psalm-param int<1, 100> $limit */
	#[AuthorizedAdminSetting(settings: Admin::class)]
	#[ApiRoute(verb: 'GET', url: '/ui/v1/admin/users')]
	public function users(string $search = '', string $state = '', string $cursor = '', int $limit = 25): DataResponse {
		return $this->answer(fn (): array => $this->view->users($search, $state, $cursor, max(1, min(self::USERS_MAX, $limit))));
	}

	#[AuthorizedAdminSetting(settings: Admin::class)]
	#[PasswordConfirmationRequired]
	#[ApiRoute(verb: 'PUT', url: '/ui/v1/admin/users/{uid}')]
	public function user(string $uid, ?string $email = null, ?string $state = null): DataResponse {
		return $this->answer(function () use ($uid, $email, $state): array {
			if ($email !== null) {
				$this->identity->assign($uid, $email);
			}
			if ($state !== null) {
				$this->enrolment->setState($uid, $state);
			}
			return $this->view->user($uid);
		});
	}

	/** Each line "account,address". A dry run says what would happen and changes nothing. */
	#[AuthorizedAdminSetting(settings: Admin::class)]
	#[PasswordConfirmationRequired]
	#[ApiRoute(verb: 'POST', url: '/ui/v1/admin/users/import')]
	public function import(string $csv, bool $dryRun = true): DataResponse {
		return $this->answer(fn (): array => ['isDryRun' => $dryRun, 'rows' => $this->identity->import($csv, $dryRun)]);
	}

	#[AuthorizedAdminSetting(settings: Admin::class)]
	#[PasswordConfirmationRequired]
	#[ApiRoute(verb: 'POST', url: '/ui/v1/admin/users/enable')]
	public function enable(?array $uids = null, ?string $group = null): DataResponse {
		return $this->answer(fn (): array => $this->enrolment->enable($uids ?? $this->view->membersOf($group ?? '')));
	}

	#[AuthorizedAdminSetting(settings: Admin::class)]
	#[ApiRoute(verb: 'GET', url: '/ui/v1/admin/connector')]
	public function connector(): DataResponse {
		return $this->answer(fn (): array => $this->view->connector());
	}
}
