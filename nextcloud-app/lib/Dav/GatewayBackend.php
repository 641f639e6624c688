<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Dav;

use OCA\ExchangeConnector\Service\RefusedException;
use OCP\Security\Bruteforce\MaxDelayReached;
use Sabre\DAV\Auth\Backend\BackendInterface;
use Sabre\DAV\Exception as DavException;
use Sabre\HTTP\RequestInterface;
use Sabre\HTTP\ResponseInterface;

/**
 * Plain DAV in the name of a consenting person, for signed requests. Asked before the server's own sign-in; once the headers are there, a refusal ends the
 * request: it never goes on as the service account.
 */
class GatewayBackend implements BackendInterface {
	private string $baseUri = '/remote.php/dav/';

	public function __construct(
		private Gate $gate,
		private ActingUser $actingUser,
		private OwnCollections $own,
	) {
	}

	public function setBaseUri(string $baseUri): void {
		$this->baseUri = $baseUri;
	}

	/** @return array{0: bool, 1: string} */
	public function check(RequestInterface $request, ResponseInterface $response): array {
		if (!$this->gate->isAsked()) {
			return [false, 'not signed'];
		}
		try {
			$uid = $this->gate->verify();
			if ($uid === Gate::NOBODY) {
				throw new RefusedException('bad-request', 'DAV needs a user', 400);
			}
			$this->gate->consenting($uid);
			$this->allow($uid, $request);
			return [true, $this->become($uid, $request)];
		} catch (MaxDelayReached) {
			throw new DavException\ServiceUnavailable('too many wrong passwords');
		} catch (RefusedException $refused) {
			$response->setHeader('X-EXC-Error', $refused->errorCode);
			throw self::asDav($refused);
		}
	}

	public function challenge(RequestInterface $request, ResponseInterface $response): void {
	}

	/** @throws RefusedException */
	private function allow(string $uid, RequestInterface $request): void {
		$body = in_array($request->getMethod(), ['REPORT', 'MKCOL', 'MKCALENDAR', 'PROPPATCH'], true) ? (string)file_get_contents('php://input') : '';
		// No client sends a fragment, and whoever reads it differently would be elsewhere.
		$isPlain = !str_contains($request->getUrl(), '#');
		$path = $isPlain ? AllowList::below((string)parse_url($request->getUrl(), PHP_URL_PATH), $this->baseUri) ?? '..' : '..';
		$sent = $request->getHeader('Destination');
		$destination = $sent === null ? null : (AllowList::below($sent, $this->baseUri) ?? '..');
		$refusal = AllowList::refusal($uid, $request->getMethod(), $path, $destination, $body, $this->baseUri);
		if ($refusal !== null) {
			throw new RefusedException('not-allowed', $refusal, 403);
		}
		if (!$this->own->has($uid, $request->getMethod(), $path, $destination)) {
			throw new DavException\NotFound('no collection of this account');
		}
	}

	private function become(string $uid, RequestInterface $request): string {
		// No write of the connector ever sends mail, whether it asked for silence itself or forgot to.
		$request->setHeader('Schedule-Reply', 'F');
		$request->setHeader('X-NC-Scheduling', 'false');
		return $this->actingUser->become($uid);
	}

	public static function asDav(RefusedException $refused): DavException {
		$message = $refused->errorCode;
		return match (true) {
			$refused->status === 401 => new DavException\NotAuthenticated($message),
			$refused->status === 404 => new DavException\NotFound($message),
			$refused->status === 400 => new DavException\BadRequest($message),
			$refused->status === 503 => new DavException\ServiceUnavailable($message),
			default => new DavException\Forbidden($message),
		};
	}
}
