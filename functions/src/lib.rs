//! The operations of TuneLink. The list below is the only one: routes, the document, the binaries' names and
//! the tests over all operations follow from it.

use tunelink::{
    live::LiveFunction,
    openapi::Section,
    operation::{Function, Operation, Route},
    reaction::Reaction,
    schedule::Scheduled,
};

pub mod accounts;
pub mod admin;
pub mod catalogue;
pub mod conversations;
pub mod events;
pub mod live;
pub mod notifications;
pub mod participations;
pub mod platform;
pub mod reactions;

/// The routes of the WebSocket API.
pub static CONNECT: LiveFunction = LiveFunction::of::<live::connect::Connect>("connect");
pub static DISCONNECT: LiveFunction = LiveFunction::of::<live::disconnect::Disconnect>("disconnect");
pub static RECEIVE: LiveFunction = LiveFunction::of::<live::receive::Receive>("receive");

/// Every route of the WebSocket API.
pub static LIVE: &[&LiveFunction] = &[&CONNECT, &DISCONNECT, &RECEIVE];

/// The reaction to the table's stream.
pub static REACT: Reaction = Reaction::new("react", reactions::react::react);

/// What a schedule calls every day.
pub static ERASE_DUE: Scheduled = Scheduled::new("erase_due", |app| {
    Box::pin(async move {
        let erased = admin::erase_due(app).await?;
        tracing::info!(erased, "accounts were erased");
        Ok(())
    })
});

macro_rules! functions {
    ($( $module:ident $name:literal $about:literal { $( $function:ident $file:ident $operation:ident )* } )*) => {
        $($(
            pub static $function: Function =
                Function::of::<$module::$file::$operation>(stringify!($file));
        )*)*

        /// Every operation, under its heading in the document.
        pub static SECTIONS: &[Section] = &[$(
            Section { name: $name, about: $about, functions: &[$( &$function ),*] },
        )*];

        /// The routes of all, for what needs no more of them: a binary carries the code of each operation it names.
        pub static ROUTES: &[Route] = &[$($( <$module::$file::$operation as Operation>::ROUTE, )*)*];

        /// Every operation.
        pub static ALL: &[&Function] = &[$($( &$function, )*)*];
    };
}

functions! {
    accounts "Accounts" "Who you are, where you are logged in, what you play" {
        REGISTER register Register
        LOG_IN log_in LogIn
        ISSUE_TOKEN issue_token IssueToken
        REFRESH_SESSION refresh_session RefreshSession
        LOG_OUT log_out LogOut
        LIST_SESSIONS list_sessions ListSessions
        REVOKE_SESSION revoke_session RevokeSession
        CHANGE_PASSWORD change_password ChangePassword
        GET_MY_PROFILE get_my_profile GetMyProfile
        UPDATE_MY_PROFILE update_my_profile UpdateMyProfile
        DELETE_MY_ACCOUNT delete_my_account DeleteMyAccount
        GET_USER get_user GetUser
        SEARCH_USERS search_users SearchUsers
        LIST_MY_INSTRUMENTS list_my_instruments ListMyInstruments
        SET_MY_INSTRUMENT set_my_instrument SetMyInstrument
        REMOVE_MY_INSTRUMENT remove_my_instrument RemoveMyInstrument
        LIST_MY_GENRES list_my_genres ListMyGenres
        ADD_MY_GENRE add_my_genre AddMyGenre
        REMOVE_MY_GENRE remove_my_genre RemoveMyGenre
        BLOCK_USER block_user BlockUser
        UNBLOCK_USER unblock_user UnblockUser
        LIST_BLOCKED_USERS list_blocked_users ListBlockedUsers
    }
    events "Events" "Announce them, look after them, find your own" {
        CREATE_EVENT create_event CreateEvent
        UPDATE_EVENT update_event UpdateEvent
        CANCEL_EVENT cancel_event CancelEvent
        GET_EVENT get_event GetEvent
        GET_EVENT_CALENDAR get_event_calendar GetEventCalendar
        SEARCH_EVENTS search_events SearchEvents
        LIST_MY_EVENTS list_my_events ListMyEvents
        LIST_EVENT_INSTRUMENTS list_event_instruments ListEventInstruments
        SET_EVENT_INSTRUMENT set_event_instrument SetEventInstrument
        REMOVE_EVENT_INSTRUMENT remove_event_instrument RemoveEventInstrument
    }
    participations "Participations" "Take part, wait in line, decide who plays" {
        JOIN_EVENT join_event JoinEvent
        LIST_PARTICIPANTS list_participants ListParticipants
        GET_PARTICIPATION get_participation GetParticipation
        UPDATE_PARTICIPATION update_participation UpdateParticipation
        LEAVE_EVENT leave_event LeaveEvent
    }
    conversations "Conversations" "Talk: in pairs, in groups, about an event" {
        CREATE_CONVERSATION create_conversation CreateConversation
        LIST_CONVERSATIONS list_conversations ListConversations
        UPDATE_CONVERSATION update_conversation UpdateConversation
        GET_CONVERSATION get_conversation GetConversation
        LIST_CONVERSATION_PARTICIPANTS list_conversation_participants ListConversationParticipants
        ADD_CONVERSATION_PARTICIPANT add_conversation_participant AddConversationParticipant
        REMOVE_CONVERSATION_PARTICIPANT remove_conversation_participant RemoveConversationParticipant
        SEND_MESSAGE send_message SendMessage
        LIST_MESSAGES list_messages ListMessages
        GET_MESSAGE get_message GetMessage
        EDIT_MESSAGE edit_message EditMessage
        DELETE_MESSAGE delete_message DeleteMessage
        MARK_READ mark_read MarkRead
        SYNC sync Sync
        CREATE_LIVE_TICKET create_live_ticket CreateLiveTicket
    }
    notifications "Notifications" "What happened, and how you want to be told" {
        CREATE_NOTIFICATION create_notification CreateNotification
        LIST_NOTIFICATIONS list_notifications ListNotifications
        GET_NOTIFICATION get_notification GetNotification
        MARK_NOTIFICATION_READ mark_notification_read MarkNotificationRead
        MARK_ALL_NOTIFICATIONS_READ mark_all_notifications_read MarkAllNotificationsRead
        DELETE_NOTIFICATION delete_notification DeleteNotification
        GET_PREFERENCES get_preferences GetPreferences
        UPDATE_PREFERENCES update_preferences UpdatePreferences
        REGISTER_DEVICE register_device RegisterDevice
        REMOVE_DEVICE remove_device RemoveDevice
    }
    catalogue "Catalogue" "Instruments and genres" {
        LIST_INSTRUMENTS list_instruments ListInstruments
        GET_INSTRUMENT get_instrument GetInstrument
        CREATE_INSTRUMENT create_instrument CreateInstrument
        UPDATE_INSTRUMENT update_instrument UpdateInstrument
        DELETE_INSTRUMENT delete_instrument DeleteInstrument
        LIST_USERS_BY_INSTRUMENT list_users_by_instrument ListUsersByInstrument
        LIST_GENRES list_genres ListGenres
        GET_GENRE get_genre GetGenre
        CREATE_GENRE create_genre CreateGenre
        UPDATE_GENRE update_genre UpdateGenre
        DELETE_GENRE delete_genre DeleteGenre
        LIST_USERS_BY_GENRE list_users_by_genre ListUsersByGenre
    }
    platform "Platform" "The service itself" {
        GET_HEALTH get_health GetHealth
        GET_OPENAPI get_openapi GetOpenapi
        GET_DOCS get_docs GetDocs
        NOT_FOUND not_found NotFound
    }
}
