<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Dav;

use Sabre\HTTP\ResponseInterface;
use Sabre\HTTP\Sapi;

/** Answers of a batch are collected; none goes out by itself (Sabre sends 304 and 412 straight away). */
class SilentSapi extends Sapi {
	public static function sendResponse(ResponseInterface $response): void {
	}
}
