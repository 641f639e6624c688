<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use OCA\ExchangeConnector\AppInfo\Application;
use OCP\IAppConfig;
use OCP\IGroupManager;
use OCP\IUserManager;

/** The administrator's settings. A change is checked as a whole before any of it is stored. */
class SettingsService {
	public const KEYS = ['serviceAccount', 'groups', 'identitySources', 'allowedDomains', 'schedulingAuthority', 'defaultChoices', 'webhookUrl'];
	/** What changes who takes part. */
	private const FOR_ALL = ['groups', 'identitySources', 'allowedDomains', 'schedulingAuthority'];
	public const SOURCES = ['admin', 'directory', 'proof'];
	private const DEFAULT_CHOICES = [
		['kind' => 'calendar', 'exchange' => ['kind' => 'default'], 'nextcloud' => null, 'direction' => 'both'],
		['kind' => 'contacts', 'exchange' => ['kind' => 'default'], 'nextcloud' => null, 'direction' => 'both'],
		['kind' => 'tasks', 'exchange' => ['kind' => 'default'], 'nextcloud' => null, 'direction' => 'both'],
	];

	public function __construct(
		private IAppConfig $config,
		private IUserManager $users,
		private IGroupManager $groupManager,
		private EnrolmentStore $store,
	) {
	}

	public function getServiceAccount(): string {
		return $this->text('service_account');
	}

	/** @return list<string> ids; none: everybody may take part */
	public function getGroups(): array {
		return $this->list('groups');
	}

	/** @return list<string> */
	public function getIdentitySources(): array {
		return $this->list('identity_sources', ['admin', 'directory']);
	}

	/** @return list<string> lower case; none: every domain */
	public function getAllowedDomains(): array {
		return $this->list('allowed_domains');
	}

	public function getSchedulingAuthority(): string {
		return $this->text('scheduling_authority') === 'exchange' ? 'exchange' : 'nextcloud';
	}

	/** @return list<array> */
	public function getDefaultChoices(): array {
		return $this->list('default_choices', self::DEFAULT_CHOICES);
	}

	public function getWebhookUrl(): string {
		return $this->text('webhook_url');
	}

	/**
	 * @param array<string, mixed> $changes any of KEYS; what is not named stays
	 * @throws RefusedException
	 */
	public function set(array $changes): void {
		$values = [];
		foreach ($changes as $key => $value) {
			$values[$key] = match ($key) {
				'serviceAccount' => $this->serviceAccount($value),
				'groups' => json_encode($this->groups($value), JSON_THROW_ON_ERROR),
				'identitySources' => json_encode($this->sources($value), JSON_THROW_ON_ERROR),
				'allowedDomains' => json_encode($this->domains($value), JSON_THROW_ON_ERROR),
				'schedulingAuthority' => in_array($value, ['nextcloud', 'exchange'], true) ? $value : throw new RefusedException('bad-request', 'schedulingAuthority', 400),
				'defaultChoices' => json_encode(Choices::checked($value), JSON_THROW_ON_ERROR),
				'webhookUrl' => $this->url($value),
				default => throw new RefusedException('bad-request', (string)$key, 400),
			};
		}
		foreach ($values as $key => $value) {
			$this->config->setValueString(Application::APP_ID, self::stored($key), $value);
		}
		if (array_intersect(self::FOR_ALL, array_keys($values)) !== []) {
			$this->store->touchAll();
		}
	}

	/** `serviceAccount` -> `service_account`. */
	private static function stored(string $key): string {
		return strtolower((string)preg_replace('/[A-Z]/', '_$0', $key));
	}

	private function text(string $key): string {
		return $this->config->getValueString(Application::APP_ID, $key);
	}

	private function list(string $key, array $default = []): array {
		$text = $this->text($key);
		$value = $text === '' ? $default : json_decode($text, true);
		return is_array($value) ? array_values($value) : $default;
	}

	/** An account with administrator's rights would be more power than the connector needs. */
	private function serviceAccount(mixed $uid): string {
		if ($uid === '') {
			return '';
		}
		$user = is_string($uid) ? $this->users->get($uid) : null;
		if ($user === null) {
			throw new RefusedException('unknown-account', 'there is no such account', 400);
		}
		if ($this->groupManager->isAdmin($user->getUID())) {
			throw new RefusedException('service-account-admin', 'the service account must not be an administrator', 400);
		}
		return $user->getUID();
	}

	private function groups(mixed $ids): array {
		if (!is_array($ids)) {
			throw new RefusedException('bad-request', 'groups', 400);
		}
		foreach ($ids as $id) {
			if (!is_string($id) || !$this->groupManager->groupExists($id)) {
				throw new RefusedException('bad-request', 'there is no such group', 400);
			}
		}
		return array_values(array_unique($ids));
	}

	private function sources(mixed $sources): array {
		if (!is_array($sources) || array_diff($sources, self::SOURCES) !== []) {
			throw new RefusedException('bad-request', 'identitySources', 400);
		}
		return array_values(array_intersect(self::SOURCES, $sources));
	}

	private function domains(mixed $domains): array {
		if (!is_array($domains)) {
			throw new RefusedException('bad-domain', 'allowedDomains', 400);
		}
		return array_values(array_unique(array_map(static function (mixed $domain): string {
			$name = is_string($domain) ? strtolower(ltrim(trim($domain), '@')) : '';
			if (preg_match('/^(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/D', $name) !== 1) {
				throw new RefusedException('bad-domain', 'a domain such as example.org', 400);
			}
			return $name;
		}, $domains)));
	}

	private function url(mixed $url): string {
		if ($url === '') {
			return '';
		}
		$parts = is_string($url) ? parse_url($url) : false;
		if ($parts === false || !in_array($parts['scheme'] ?? '', ['http', 'https'], true) || empty($parts['host']) || isset($parts['user']) || isset($parts['fragment'])) {
			throw new RefusedException('bad-url', 'an http or https address without user and password', 400);
		}
		return $url;
	}
}
