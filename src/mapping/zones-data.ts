/** Zone names that the libraries do not know or know under an old name. Each table is data; test/core/zones.test.ts checks it against the runtime. */

/** The runtime's (CLDR) name of a zone, where IANA renamed it: the new name is canonical here. */
export const IANA_RENAMES: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
}

/** Windows ids that windows-iana lacks, or whose main zone changed its rules since its data were made. Keys are lower case. */
export const WINDOWS_OVERRIDES: Readonly<Record<string, string>> = {
  'central asia standard time': 'Asia/Bishkek',
  'mountain standard time (mexico)': 'America/Mazatlan',
  'mexico standard time': 'America/Mexico_City',
  'mexico standard time 2': 'America/Mazatlan',
  'armenian standard time': 'Asia/Yerevan',
  'kamchatka standard time': 'Asia/Kamchatka',
  'mid-atlantic standard time': 'Etc/GMT+2',
  'malay peninsula standard time': 'Asia/Singapore',
  'jerusalem standard time': 'Asia/Jerusalem',
  'coordinated universal time': 'UTC',
  'greenwich mean time': 'Europe/London',
  'tzone://microsoft/utc': 'UTC',
}

/** IANA zones whose entry in windows-iana is absent or has other rules from 2027 on. */
export const IANA_OVERRIDES: Readonly<Record<string, string>> = {
  'America/Chihuahua': 'Central Standard Time (Mexico)',
  'America/Ciudad_Juarez': 'Mountain Standard Time',
  'America/Coyhaique': 'Magallanes Standard Time',
  'America/Edmonton': 'Canada Central Standard Time',
  'America/Mazatlan': 'Mountain Standard Time (Mexico)',
  'America/Ojinaga': 'Central Standard Time',
  'America/Scoresbysund': 'Greenland Standard Time',
  'America/Vancouver': 'Yukon Standard Time',
  'Antarctica/Casey': 'W. Australia Standard Time',
  'Antarctica/Vostok': 'West Asia Standard Time',
  'Asia/Almaty': 'West Asia Standard Time',
  'Asia/Qostanay': 'West Asia Standard Time',
  'Europe/Kyiv': 'FLE Standard Time',
  'Pacific/Kanton': 'UTC+13',
}
