/** The canonical contact and the canonical group of contacts: what a vCard and Exchange's contact and distribution list can both express. */
import type { Person, Sensitivity } from './event.ts'
import type { DateText } from './time.ts'

/** One unit of merging: half a name of each side would be nobody's name. Empty texts for what is not there. */
export type ContactName = {
  prefix: string
  given: string
  middle: string
  family: string
  suffix: string
  nickname: string
  phoneticGiven: string
  phoneticFamily: string
  phoneticCompany: string
}

export type Slot = 1 | 2 | 3

/** `display`: the name that goes with the address; empty when there is none. The address is kept as it is written. */
export type ContactEmail = { slot: Slot; address: string; display: string }

/** MS-OXWSCONT PhoneNumberKeyType, the slots that Outlook shows. */
export const PHONE_SLOTS = [
  'AssistantPhone',
  'BusinessFax',
  'BusinessPhone',
  'BusinessPhone2',
  'Callback',
  'CarPhone',
  'CompanyMainPhone',
  'HomeFax',
  'HomePhone',
  'HomePhone2',
  'Isdn',
  'MobilePhone',
  'OtherFax',
  'OtherTelephone',
  'Pager',
  'PrimaryPhone',
  'RadioPhone',
  'Telex',
  'TtyTddPhone',
] as const
export type PhoneSlot = (typeof PHONE_SLOTS)[number]

export const ADDRESS_SLOTS = ['business', 'home', 'other'] as const
export type AddressSlot = (typeof ADDRESS_SLOTS)[number]

/** `street` may have several lines (\n): P.O. box and building stand there too, as Outlook writes them. */
export type PostalAddress = { street: string; city: string; state: string; postalCode: string; country: string }

/**
 * `hash`: SHA-256 of the image's bytes, base64url; it alone makes photos the same. `base64` null: the content is not at hand (a
 * flat form holds the hash alone); a writer then leaves a photo with this hash as it is, and refuses to write another.
 */
export type Photo = { hash: string; mediaType: string; base64: string | null }

/** Empty texts for what is not there. */
export type Organisation = {
  company: string
  department: string
  title: string
  profession: string
  office: string
}

/** Empty: nobody said, or neither of the two that Exchange knows. */
export type Gender = '' | 'female' | 'male'

/** What Outlook's page "All Fields" calls User Field 1 to 4: for whatever somebody wants to keep there. */
export const USER_FIELDS = ['1', '2', '3', '4'] as const
export type UserFields = Record<(typeof USER_FIELDS)[number], string>

export type Relations = { spouse: string; manager: string; assistant: string; children: string[] }

export type Contact = {
  kind: 'contact'
  uid: string
  /** vCard FN, Exchange DisplayName. */
  displayName: string
  /** How it is filed (`Mustermann, Erika`); empty when nobody said. */
  fileAs: string
  name: ContactName
  organisation: Organisation
  relations: Relations
  /** At most one per slot, sorted by it; slots may have gaps. */
  emails: ContactEmail[]
  phones: Partial<Record<PhoneSlot, string>>
  addresses: Partial<Record<AddressSlot, PostalAddress>>
  /** Which address is the one to write letters to. */
  mailingAddress: AddressSlot | null
  /** At most one per slot, sorted by it. `address` with its protocol as the vCard has it (`xmpp:erika@example.org`), or bare. */
  ims: { slot: Slot; address: string }[]
  /** `freeBusy`: where the person's free and busy times are published. */
  urls: { business: string; personal: string; freeBusy: string }
  /** Whole dates; those without a year live on the vCard side only. */
  birthday: DateText | null
  anniversary: DateText | null
  /** Plain text, lines end with \n. Empty when there is none. */
  note: string
  /** Without duplicates and without order (kept sorted by code unit). Nextcloud's contact groups are these. */
  categories: string[]
  photo: Photo | null
  sensitivity: Sensitivity
  gender: Gender
  userFields: UserFields
}

/** `uid`: the contact that is meant, where the card names it; `email` is then empty unless it is known. At least one of both. */
export type GroupMember = Person & { uid: string | null }

/** An Exchange distribution list, a card of KIND:group. */
export type Group = {
  kind: 'group'
  uid: string
  title: string
  /** One per e-mail address (lower case), else per uid; sorted by it. */
  members: GroupMember[]
  note: string
  categories: string[]
  sensitivity: Sensitivity
}
