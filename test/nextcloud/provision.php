<?php

declare(strict_types=1);

/**
 * Makes accounts with app passwords, and enrols them, in one process where occ would need four for each: tests make many. Reads a list of
 * {uid, email, mailbox: string|null, isNew?: bool} as JSON, gives the app passwords by uid. Run inside of the server's folder.
 */

require_once getcwd() . '/lib/base.php';

use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\IdentityService;
use OCP\Server;

/** What a server makes when somebody signs in for the first time. 30.0.1 does not: its sign-in sends an event of another class than its calendars wait for. */
function makeFirstCollections(string $uid): void {
	$principal = 'principals/users/' . $uid;
	Server::get(OCA\DAV\CalDAV\CalDavBackend::class)->createCalendar($principal, 'personal', ['{DAV:}displayname' => 'Personal', 'components' => 'VEVENT']);
	Server::get(OCA\DAV\CardDAV\CardDavBackend::class)->createAddressBook($principal, 'contacts', ['{DAV:}displayname' => 'Contacts']);
}

OC_App::loadApps();
$passwords = [];
foreach (json_decode((string)stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR) as $one) {
	$user = Server::get(OCP\IUserManager::class)->get($one['uid']);
	if ($user === null) {
		$user = Server::get(OCP\IUserManager::class)->createUser($one['uid'], 'a-Pass-w0rd-of-' . $one['uid']);
		$user->setSystemEMailAddress($one['email']);
		$password = bin2hex(random_bytes(32));
		Server::get(OC\Authentication\Token\IProvider::class)->generateToken($password, $one['uid'], $one['uid'], null, 'tests', 1);
		$passwords[$one['uid']] = $password;
		if (!($one['isNew'] ?? false)) {
			makeFirstCollections($one['uid']);
		}
	}
	if (($one['mailbox'] ?? null) !== null) {
		Server::get(IdentityService::class)->assign($one['uid'], $one['mailbox']);
		$answer = Server::get(EnrolmentService::class)->enable([$one['uid']]);
		if ($answer['refused'] !== []) {
			throw new RuntimeException(json_encode($answer));
		}
	}
}
echo json_encode((object)$passwords, JSON_THROW_ON_ERROR);
