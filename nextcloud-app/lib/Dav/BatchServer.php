<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Dav;

use OCA\DAV\CalDAV\Plugin as CalDavPlugin;
use OCA\DAV\CardDAV\Plugin as CardDavPlugin;
use OCA\DAV\Connector\Sabre\CachingTree;
use OCA\DAV\Connector\Sabre\DavAclPlugin;
use OCA\DAV\RootCollection;
use Sabre\DAV\Auth\Backend\BackendInterface;
use Sabre\DAV\Auth\Plugin as AuthPlugin;
use Sabre\DAV\Exception as DavException;
use Sabre\DAV\Server;
use Sabre\DAV\Sync\Plugin as SyncPlugin;
use Sabre\HTTP\Request;
use Sabre\HTTP\RequestInterface;
use Sabre\HTTP\Response;
use Sabre\HTTP\ResponseInterface;
use Throwable;

/**
 * Real DAV requests, many in one PHP process: Sabre with the server's own calendars and address books, as one account. The plugins for scheduling are not
 * loaded, so nothing here can send mail. The one place that knows these private classes (Nextcloud 30 to 34).
 */
class BatchServer {
	private Server $server;

	public function __construct(
		private string $uid,
		private string $baseUri,
	) {
		$this->server = new Server(new CachingTree(new RootCollection()));
		$this->server->sapi = new SilentSapi();
		$this->server->setBaseUri($baseUri);
		$this->server->addPlugin(new AuthPlugin($this->backend()));
		$acl = new DavAclPlugin();
		$acl->principalCollectionSet = ['principals/users', 'principals/groups'];
		$this->server->addPlugin($acl);
		$this->server->addPlugin(new SyncPlugin());
		$this->server->addPlugin(new CalDavPlugin());
		$this->server->addPlugin(new CardDavPlugin());
	}

	/**
	 * One request; never throws for what the request itself does wrong.
	 *
	 * @param array<string, string> $headers
	 * @return array{status: int, headers: array<string, string>, body: ?string}
	 */
	public function request(string $method, string $path, array $headers, ?string $body): array {
		$url = $this->baseUri . $path;
		$request = new Request($method, $url, $headers, $body ?? '');
		$request->setBaseUrl($this->baseUri);
		$request->setAbsoluteUrl('http://localhost' . $url);
		$response = new Response();
		$this->server->httpRequest = $request;
		$this->server->httpResponse = $response;
		try {
			$this->server->invokeMethod($request, $response, false);
			return self::answer($response);
		} catch (DavException $error) {
			return ['status' => $error->getHTTPCode(), 'headers' => self::lower($error->getHTTPHeaders($this->server)), 'body' => self::words($error)];
		} catch (Throwable $error) {
			return ['status' => 500, 'headers' => [], 'body' => self::words($error)];
		}
	}

	/** The answer for what is not there. */
	public function missing(): array {
		$error = new DavException\NotFound('no collection of this account');
		return ['status' => 404, 'headers' => [], 'body' => self::words($error)];
	}

	private function backend(): BackendInterface {
		return new class($this->uid) implements BackendInterface {
			public function __construct(
				private string $uid,
			) {
			}

			public function check(RequestInterface $request, ResponseInterface $response): array {
				return [true, 'principals/users/' . $this->uid];
			}

			public function challenge(RequestInterface $request, ResponseInterface $response): void {
			}
		};
	}

	private static function answer(Response $response): array {
		$headers = array_map(static fn (array $values): string => implode(', ', $values), $response->getHeaders());
		$body = $response->getBodyAsString();
		return ['status' => $response->getStatus() ?? 500, 'headers' => self::lower($headers), 'body' => $body === '' ? null : $body];
	}

	private static function lower(array $headers): array {
		return array_combine(array_map('strtolower', array_keys($headers)), array_map('strval', array_values($headers)));
	}

	/** As Sabre says it: clients look for its exception and its message. */
	private static function words(Throwable $error): string {
		$document = new \DOMDocument('1.0', 'utf-8');
		$root = $document->appendChild($document->createElementNS('DAV:', 'd:error'));
		$root->setAttribute('xmlns:s', 'http://sabredav.org/ns');
		$class = $error instanceof DavException ? $error::class : 'Sabre\\DAV\\Exception';
		$message = $error instanceof DavException ? $error->getMessage() : 'Internal Server Error';
		foreach (['exception' => $class, 'message' => $message] as $name => $text) {
			$root->appendChild($document->createElementNS('http://sabredav.org/ns', "s:$name"))->appendChild($document->createTextNode($text));
		}
		if ($error instanceof DavException) {
			$error->serialize(new Server(), $root);
		}
		return (string)$document->saveXML();
	}
}
