<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Controller;

use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\IdentityService;
use OCA\ExchangeConnector\Ui\MeView;
use OCA\ExchangeConnector\Ui\Wishes;
use OCP\AppFramework\Http\Attribute\ApiRoute;
use OCP\AppFramework\Http\Attribute\NoAdminRequired;
use OCP\AppFramework\Http\Attribute\UserRateLimit;
use OCP\AppFramework\Http\DataResponse;
use OCP\AppFramework\OCSController;
use OCP\IRequest;

/**
 * What a person does on the consent page. Always for the account that is signed in: there is no parameter for another one, and nothing
 * changes by GET.
 */
class UiMeController extends OCSController {
	use Answers;

	public function __construct(
		string $appName,
		IRequest $request,
		private string $userId,
		private MeView $view,
		private EnrolmentService $enrolment,
		private IdentityService $identity,
		private Wishes $wishes,
	) {
		parent::__construct($appName, $request);
	}

	#[NoAdminRequired]
	#[ApiRoute(verb: 'GET', url: '/ui/v1/me')]
	public function me(): DataResponse {
		return $this->changed(static function (): void {
		});
	}

	#[NoAdminRequired]
	#[ApiRoute(verb: 'PUT', url: '/ui/v1/me/consent')]
	public function consent(array $choices): DataResponse {
		return $this->changed(fn () => $this->enrolment->consent($this->userId, $choices));
	}

	#[NoAdminRequired]
	#[ApiRoute(verb: 'DELETE', url: '/ui/v1/me/consent')]
	public function withdraw(bool $remove): DataResponse {
		return $this->changed(fn () => $this->enrolment->withdraw($this->userId, $remove));
	}

	#[NoAdminRequired]
	#[ApiRoute(verb: 'PUT', url: '/ui/v1/me/choices')]
	public function choices(array $choices): DataResponse {
		return $this->changed(fn () => $this->enrolment->setChoices($this->userId, $choices));
	}

	#[NoAdminRequired]
	#[ApiRoute(verb: 'PUT', url: '/ui/v1/me/pause')]
	public function pause(bool $paused): DataResponse {
		return $this->changed(fn () => $this->enrolment->pause($this->userId, $paused));
	}

	/** Each code is a message in somebody's mailbox: few of them. */
	#[NoAdminRequired]
	#[UserRateLimit(limit: 5, period: 3600)]
	#[ApiRoute(verb: 'POST', url: '/ui/v1/me/proof')]
	public function proof(string $email): DataResponse {
		return $this->changed(fn () => $this->identity->startProof($this->userId, $email));
	}

	#[NoAdminRequired]
	#[UserRateLimit(limit: 20, period: 3600)]
	#[ApiRoute(verb: 'POST', url: '/ui/v1/me/proof/confirm')]
	public function confirmProof(string $code): DataResponse {
		return $this->changed(fn () => $this->identity->confirmProof($this->userId, $code));
	}

	#[NoAdminRequired]
	#[ApiRoute(verb: 'POST', url: '/ui/v1/me/conflicts/{id}/restore')]
	public function restore(string $id): DataResponse {
		return $this->changed(fn () => $this->wishes->restore($this->userId, $id));
	}

	#[NoAdminRequired]
	#[UserRateLimit(limit: 30, period: 3600)]
	#[ApiRoute(verb: 'POST', url: '/ui/v1/me/sync')]
	public function sync(): DataResponse {
		return $this->changed(fn () => $this->wishes->syncNow($this->userId));
	}

	private function changed(callable $change): DataResponse {
		return $this->answer(function () use ($change): array {
			$change();
			return $this->view->of($this->userId);
		});
	}
}
