<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Middleware;

use OCA\ExchangeConnector\Controller\ApiController;
use OCA\ExchangeConnector\Dav\Gate;
use OCA\ExchangeConnector\Service\DavBatchService;
use OCA\ExchangeConnector\Service\RefusedException;
use OCP\AppFramework\Controller;
use OCP\AppFramework\Http\DataResponse;
use OCP\AppFramework\Http\Response;
use OCP\AppFramework\Middleware;
use OCP\AppFramework\OCSController;
use OCP\IRequest;
use OCP\Security\Bruteforce\MaxDelayReached;

/** Lets nobody pass to the API who is not the connector, and puts refusals into the form that it reads. */
class SignatureMiddleware extends Middleware {
	public function __construct(
		private IRequest $request,
		private Gate $gate,
	) {
	}

	public function beforeController(Controller $controller, string $methodName): void {
		if (!$controller instanceof ApiController) {
			return;
		}
		if ((int)$this->request->getHeader('Content-Length') > DavBatchService::BYTES_MAX + 1024 * 1024) {
			throw new RefusedException('too-large', 'at most ' . DavBatchService::BYTES_MAX . ' bytes', 413);
		}
		$meant = $this->gate->verify();
		$asked = $this->request->getParam('uid');
		// The signature names the account, too: a request cannot be turned to another one.
		if (($asked ?? Gate::NOBODY) !== $meant) {
			throw new RefusedException('not-allowed', 'X-EXC-User is not the user of the path', 403);
		}
	}

	public function afterException(Controller $controller, string $methodName, \Exception $exception): Response {
		if (!$controller instanceof ApiController || !$controller instanceof OCSController) {
			throw $exception;
		}
		if ($exception instanceof RefusedException) {
			$data = ['code' => $exception->errorCode, 'message' => $exception->getMessage()];
			return $controller->buildResponse(new DataResponse($data, $exception->status), 'json');
		}
		if ($exception instanceof MaxDelayReached) {
			return $controller->buildResponse(new DataResponse(['code' => 'throttled', 'message' => 'too many wrong passwords'], 429), 'json');
		}
		throw $exception;
	}
}
