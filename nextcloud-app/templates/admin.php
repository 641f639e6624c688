<?php
/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Room for the page that src/admin.ts mounts.
 */
?>
<div id="exchange_connector-admin"></div>
