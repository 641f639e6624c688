<?php

declare(strict_types=1);

/**
 * Makes a number of accounts that take part, each with a time zone, straight in the tables: twelve thousand of them by the server's own means would take
 * minutes. Reads {count} as JSON. Run inside of the server's folder.
 */

require_once getcwd() . '/lib/base.php';

use OCP\IDBConnection;
use OCP\Server;

['count' => $count] = json_decode((string)stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);
$db = Server::get(IDBConnection::class);
$account = $db->prepare('INSERT INTO *PREFIX*users (uid, displayname, password, uid_lower) VALUES (?, ?, ?, ?)');
$zone = $db->prepare('INSERT INTO *PREFIX*preferences (userid, appid, configkey, configvalue) VALUES (?, ?, ?, ?)');
$enrolled = $db->prepare(
	'INSERT INTO *PREFIX*exc_users (uid, display_name, email, email_lower, identity_source, identity_at, state, choices, consent_at, updated_at)'
	. ' VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
);
$choices = json_encode([['kind' => 'calendar', 'exchange' => ['kind' => 'default'], 'nextcloud' => null, 'direction' => 'both']]);
$db->beginTransaction();
for ($number = 0; $number < $count; $number++) {
	$uid = sprintf('many-%06d', $number);
	$email = "$uid@corp.test";
	$account->execute([$uid, "Person $number", 'x', $uid]);
	$zone->execute([$uid, 'core', 'timezone', 'Europe/Berlin']);
	$enrolled->execute([$uid, "Person $number", $email, $email, 'admin', 1_700_000_000, 'active', $choices, 1_700_000_000, 1_700_000_000]);
}
$db->commit();
echo 'done';
