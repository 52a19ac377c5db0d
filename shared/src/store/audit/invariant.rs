use std::fmt;

use serde::Serialize;

macro_rules! invariants {
    ($(#[doc = $about:literal] $name:ident $code:literal;)*) => {
        /// What holds of every table that nobody is writing to. `docs/AUDIT.md` has the list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(into = "&'static str")]
        pub enum Invariant { $(#[doc = $about] $name,)* }

        impl Invariant {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What it goes by in reports.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// What it says.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => $about.trim_start()),* }
            }
        }
    };
}

invariants! {
    /// Every row is of a kind that is known
    KnownRows "known_rows";
    /// Every row can be read as what it is, and has no attribute besides
    WellFormed "well_formed";
    /// What a row says of itself is what its key says
    SaysItsKey "says_its_key";
    /// What is to expire says when, and when it should
    Expiry "expiry";
    /// The attributes by which a row is in an index, and its card, are those that the row asks for
    IndexEntries "index_entries";

    /// Whatever is a person's is beside a profile
    PersonExists "person_exists";
    /// A profile has its username, and a username its profile
    UsernameOwned "username_owned";
    /// A profile has its e-mail address, and an address its profile
    EmailOwned "email_owned";
    /// A profile has its credential, with its role and state, and a credential its profile; who is erased has none
    CredentialOwned "credential_owned";
    /// Who left or is being erased is on the list of erasures, and nobody else
    ErasureListed "erasure_listed";
    /// Sessions are of people who take part, have their role, and are 50 at most
    SessionsAllowed "sessions_allowed";
    /// A socket is there twice, and the same
    SocketsTwice "sockets_twice";
    /// The session of a socket stands
    SocketsSessions "sockets_sessions";
    /// A device has its token, and a token its device
    TokensOwned "tokens_owned";
    /// The session of a device stands; devices are counted, and 20 at most
    DevicesAllowed "devices_allowed";
    /// Nobody has more than 20 instruments or 20 genres
    TastesLimited "tastes_limited";

    /// Whatever is of an event is beside the event and its seats, and both are of one version
    EventWhole "event_whole";
    /// The numbers of seats and slots are those of the participants
    SeatsCounted "seats_counted";
    /// No more seats or slots are taken than there are
    SeatsLimited "seats_limited";
    /// Nobody waits for a place that is free
    NobodyWaitsInVain "nobody_waits_in_vain";
    /// Who waits has one place in the order, and every place is of somebody who waits
    WaitingPlaces "waiting_places";
    /// An instrument that is wanted has its row, and every such row its instrument
    SlotsWanted "slots_wanted";
    /// Who organises an event or takes part in it has a profile; an organiser's name is theirs
    ParticipantsExist "participants_exist";
    /// An event has its conversation, with its title and its organiser, and a conversation of an event its event
    EventsConversation "events_conversation";
    /// Who has a seat is in the event's conversation, and who has none is not
    SeatsConversation "seats_conversation";

    /// Whatever is of a conversation is beside its head
    ConversationExists "conversation_exists";
    /// Messages are numbered without a gap, up to the last one that the head knows
    MessagesNumbered "messages_numbered";
    /// A conversation knows who sent its last message
    LastSender "last_sender";
    /// Changes are numbered without a gap, up to the last one that the head knows, and are about messages that exist
    ChangesNumbered "changes_numbered";
    /// The time of a conversation is that of its last message, and no message is older than the one before
    TimesInOrder "times_in_order";
    /// The number of members is that of the members
    MembersCounted "members_counted";
    /// What a member has seen, read and sent is within what there is
    MembersNumbers "members_numbers";
    /// A message is known by what its sender calls it, and what is so called is that message
    MessagesNamed "messages_named";
    /// What was deleted has no text, all else has, and each deletion is a change
    TombstonesTold "tombstones_told";
    /// What a message answers is a message before it
    AnswersExist "answers_exist";
    /// Whoever wrote what was not deleted is a member, or was one
    AuthorsKnown "authors_known";
    /// A group that has members has an admin
    GroupsAdmin "groups_admin";
    /// Of each pair there is one direct conversation, of these two
    DirectPair "direct_pair";
    /// A direct conversation knows whether one of the two has blocked the other
    DirectBlocks "direct_blocks";
    /// Members have a profile
    MembersExist "members_exist";

    /// Jobs and departures are done within an hour, and erasures within two days of being due
    FollowUpsDone "follow_ups_done";
}

impl From<Invariant> for &'static str {
    fn from(invariant: Invariant) -> Self {
        invariant.as_str()
    }
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
