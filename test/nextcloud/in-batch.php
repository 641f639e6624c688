<?php

declare(strict_types=1);

/**
 * Runs a batch of three writes as the API does, while something happens to the account between the first and the second: a moment that no two requests from
 * outside would meet twice. Reads {uid, what} as JSON, gives the statuses of the three. Run inside of the server's folder.
 */

require_once getcwd() . '/lib/base.php';

use OCA\ExchangeConnector\Service\DavBatchService;
use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\IdentityService;
use OCP\EventDispatcher\IEventDispatcher;
use OCP\IGroupManager;
use OCP\IUserManager;
use OCP\Server;

OC_App::loadApps();
['uid' => $uid, 'what' => $what] = json_decode((string)stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);

$happen = static function () use ($uid, $what): void {
	$user = Server::get(IUserManager::class)->get($uid);
	match ($what) {
		'nothing' => null,
		'withdraw' => Server::get(EnrolmentService::class)->withdraw($uid, false),
		'disable' => $user->setEnabled(false),
		'delete' => $user->delete(),
		'other-address' => Server::get(IdentityService::class)->assign($uid, "other-$uid@corp.test"),
		'leave-group' => Server::get(IGroupManager::class)->get('staff')->removeUser($user),
	};
};
$isDone = false;
$once = static function () use (&$isDone, $happen): void {
	if (!$isDone) {
		$isDone = true;
		$happen();
	}
};
foreach (['OCP\Calendar\Events\CalendarObjectCreatedEvent', 'OCA\DAV\Events\CalendarObjectCreatedEvent'] as $event) {
	Server::get(IEventDispatcher::class)->addListener($event, $once);
}

$put = static fn (string $name): array => [
	'method' => 'PUT', 'path' => "calendars/$uid/personal/$name.ics", 'headers' => ['Content-Type' => 'text/calendar'],
	'body' => implode("\r\n", [
		'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//x//EN', 'BEGIN:VEVENT', "UID:$name-$uid", 'DTSTAMP:20260101T000000Z', 'DTSTART:20270101T100000Z', "SUMMARY:$name",
		'END:VEVENT', 'END:VCALENDAR', '',
	]),
];
$answers = Server::get(DavBatchService::class)->run($uid, [$put('one'), $put('two'), $put('three')]);
echo json_encode(array_column($answers, 'status'), JSON_THROW_ON_ERROR);
