<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Dav;

/**
 * What the connector may ask of DAV in somebody's name: methods, paths, destinations and reports. Pure. Everything else is refused: the account's files,
 * shares, other people's calendars, and searches over all principals lie behind the same door.
 */
final class AllowList {
	private const METHODS = ['OPTIONS', 'PROPFIND', 'REPORT', 'GET', 'HEAD', 'PUT', 'DELETE', 'MKCALENDAR', 'MKCOL', 'PROPPATCH', 'MOVE'];
	private const MULTIGETS = [
		'{urn:ietf:params:xml:ns:caldav}calendar-multiget',
		'{urn:ietf:params:xml:ns:carddav}addressbook-multiget',
	];
	private const REPORTS = [
		...self::MULTIGETS,
		'{DAV:}sync-collection',
		'{urn:ietf:params:xml:ns:caldav}calendar-query',
		'{urn:ietf:params:xml:ns:carddav}addressbook-query',
	];
	private const READING = ['OPTIONS', 'PROPFIND', 'GET', 'HEAD'];
	private const READING_HOMES = ['OPTIONS', 'PROPFIND', 'REPORT'];
	/** Made by the server from other people's data, or part of scheduling. */
	private const NOT_OURS = '/^(?:inbox|outbox|notifications|z-server-generated--.*|z-app-generated--.*|app-generated--.*|contact_birthdays)$|_shared_by_/';
	private const CALENDARSERVER = 'http://calendarserver.org/ns/';
	private const BODY_BYTES_MAX = 8 * 1024 * 1024;

	/**
	 * @param string $path below the DAV root, as it was sent (percent-encoded)
	 * @param string|null $destination likewise, of a MOVE; '' when it is not below the DAV root; null when there is none
	 * @param string $baseUri the path of the DAV root, with slashes around it
	 * @return string|null what is not allowed; null: all of it is
	 */
	public static function refusal(string $uid, string $method, string $path, ?string $destination, string $body, string $baseUri): ?string {
		if (!in_array($method, self::METHODS, true)) {
			return 'this method';
		}
		$place = self::place($uid, $path);
		if ($place === null || !self::isMethodFor($place, $method)) {
			return 'this path';
		}
		if ($method === 'MOVE') {
			// Restoring from the trash is a move, too; nothing leaves the account's own calendars or address books.
			$target = $destination === null ? null : self::place($uid, $destination);
			if ($target === null || $target['home'] !== $place['home'] || $target['collection'] === null || $target['object'] === null) {
				return 'this destination';
			}
		} elseif ($destination !== null) {
			return 'a destination';
		}
		// A subscription (its `source`, too) would make the server fetch whatever address it names.
		if (in_array($method, ['MKCOL', 'MKCALENDAR', 'PROPPATCH'], true) && $body !== '' && self::namesSubscription($body)) {
			return 'subscriptions';
		}
		return $method === 'REPORT' ? self::reportRefusal($uid, $place, $body, $baseUri) : null;
	}

	/** @return array{0: string, 1: string}|null home and name of the collection that a path leads to or into; null: to none */
	public static function collectionOf(string $uid, string $path): ?array {
		$place = self::place($uid, $path);
		return $place === null || $place['collection'] === null || $place['home'] === 'principals' ? null : [$place['home'], $place['collection']];
	}

	/** @param array{home: string, collection: ?string, object: ?string} $place */
	private static function isMethodFor(array $place, string $method): bool {
		if ($place['home'] === 'root' || $place['home'] === 'principals') {
			return in_array($method, self::READING, true);
		}
		if ($place['collection'] === null) {
			return in_array($method, self::READING_HOMES, true);
		}
		if ($place['object'] === null) {
			return $method !== 'PUT' && $method !== 'MOVE';
		}
		return $method !== 'MKCALENDAR' && $method !== 'MKCOL';
	}

	/** @return array{home: string, collection: ?string, object: ?string}|null null: not a place of this account that the connector may see */
	private static function place(string $uid, string $path): ?array {
		$segments = $path === '' || $path === '/' ? [] : explode('/', trim($path, '/'));
		foreach ($segments as $index => $segment) {
			$plain = rawurldecode($segment);
			// An encoded slash, a dot segment, an empty one or a control character: whoever reads the path differently would be elsewhere.
			if ($plain === '' || $plain === '.' || $plain === '..' || preg_match('#[/\\\\\x00-\x1f\x7f]#', $plain) === 1) {
				return null;
			}
			$segments[$index] = $plain;
		}
		if (str_contains($path, '//')) {
			return null;
		}
		$length = match (true) {
			$segments === [] => 0,
			$segments[0] === 'calendars' && ($segments[1] ?? null) === $uid => 2,
			in_array($segments[0], ['addressbooks', 'principals'], true) && ($segments[1] ?? '') === 'users' && ($segments[2] ?? null) === $uid => 3,
			default => null,
		};
		if ($length === null) {
			return null;
		}
		$rest = array_slice($segments, $length);
		if (isset($rest[0]) && preg_match(self::NOT_OURS, $rest[0]) === 1) {
			return null;
		}
		return [
			'home' => $segments[0] ?? 'root',
			'collection' => $rest[0] ?? null,
			'object' => count($rest) > 1 ? implode('/', array_slice($rest, 1)) : null,
		];
	}

	private static function namesSubscription(string $body): bool {
		$document = self::read($body);
		return $document === null || $document->getElementsByTagNameNS(self::CALENDARSERVER, 'subscribed')->length > 0
			|| $document->getElementsByTagNameNS(self::CALENDARSERVER, 'source')->length > 0;
	}

	/** Null: no XML, too much of it, or with a document type. */
	private static function read(string $body): ?\DOMDocument {
		if ($body === '' || strlen($body) > self::BODY_BYTES_MAX) {
			return null;
		}
		$document = new \DOMDocument();
		$before = libxml_use_internal_errors(true);
		try {
			return $document->loadXML($body, LIBXML_NONET) && $document->doctype === null ? $document : null;
		} finally {
			libxml_clear_errors();
			libxml_use_internal_errors($before);
		}
	}

	/** The report's name, and that a multiget asks for objects of its own collection only: its body may name any path. */
	private static function reportRefusal(string $uid, array $place, string $body, string $baseUri): ?string {
		$document = self::read($body);
		$root = $document?->documentElement;
		$name = $root === null ? '' : '{' . $root->namespaceURI . '}' . $root->localName;
		if (!in_array($name, self::REPORTS, true)) {
			return 'this report';
		}
		if (!in_array($name, self::MULTIGETS, true)) {
			return null;
		}
		foreach ($document->getElementsByTagNameNS('DAV:', 'href') as $href) {
			$path = self::below(trim($href->textContent), $baseUri);
			$target = $path === null ? null : self::place($uid, $path);
			if ($target === null || $target['home'] !== $place['home'] || $target['collection'] !== $place['collection']) {
				return 'an address in this report';
			}
		}
		return null;
	}

	/** What of a path or URL lies below the DAV root; null when it does not. */
	public static function below(string $address, string $baseUri): ?string {
		$path = preg_match('#^https?://#i', $address) === 1 ? (string)parse_url($address, PHP_URL_PATH) : $address;
		return str_starts_with($path, $baseUri) ? substr($path, strlen($baseUri)) : null;
	}
}
