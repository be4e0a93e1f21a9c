//! The suite that every back end runs: what callers rely on, whatever the store.
//!
//! A back end's tests say `store::store_conformance!(make);`, where `make` is an async function that returns a
//! [`Subject`] with an empty store of its own, or `None` after it said why there is none; its crate needs tokio with `macros` and `rt-multi-thread`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod decisions;
pub mod documents;
pub mod fixtures;
pub mod groups;
pub mod history;
pub mod listing;
pub mod races;
pub mod registry;
pub mod rollups;
pub mod unknown;

use std::any::Any;
use std::sync::Arc;

use crate::Store;

/// An empty store, and what must live as long as it does.
pub struct Subject {
    /// The store.
    pub store: Arc<dyn Store>,
    _kept: Box<dyn Any + Send + Sync>,
}

impl Subject {
    /// A store, and for example its temporary directory or its server.
    pub fn new(store: impl Store + 'static, kept: impl Any + Send + Sync) -> Self {
        Self {
            store: Arc::new(store),
            _kept: Box::new(kept),
        }
    }
}

/// Makes a test of every case of the suite; see [`conformance`](crate::conformance).
#[macro_export]
macro_rules! store_conformance {
    ($make:path) => {
        $crate::store_conformance! { $make;
            groups:
                a_group_is_read_as_it_was_stored,
                a_taken_name_or_id_is_refused,
                a_moved_revision_is_a_conflict,
                a_newer_epoch_fences_whatever_the_revision,
                a_deleted_groups_name_is_free_at_once,
                identity_and_deletion_cannot_be_taken_back,
                only_a_deleted_group_is_purged_and_then_it_is_gone,
                a_group_too_large_is_refused_and_nothing_changes;
            listing:
                pages_are_in_id_order_by_account_and_state,
                paging_under_changes_neither_misses_nor_repeats,
                every_group_is_told_once,
                a_pass_under_changes_neither_misses_nor_repeats;
            documents:
                a_document_is_read_as_it_was_stored,
                kinds_and_accounts_are_apart_and_in_order,
                a_taken_document_is_refused,
                a_moved_document_is_a_conflict,
                what_is_used_is_not_deleted,
                a_document_too_large_is_refused;
            history:
                the_newest_start_comes_first_and_ties_keep_their_order,
                a_final_state_stays,
                old_history_is_forgotten;
            decisions:
                a_decision_is_read_to_the_last_digit,
                the_newest_come_first_up_to_the_limit,
                a_decision_takes_the_place_of_the_one_of_its_id,
                old_decisions_are_forgotten;
            rollups:
                a_rollup_is_read_to_the_last_digit,
                minutes_come_oldest_first_within_their_bounds,
                a_later_word_of_a_minute_takes_its_place,
                what_is_no_number_is_left_out,
                a_rollup_too_large_is_refused_and_nothing_changes,
                days_of_all_groups_are_forgotten;
            registry:
                the_installations_id_is_made_once,
                hosts_are_kept_by_name,
                the_operators_word_outlasts_registrations,
                a_removed_host_stays_removed_until_it_is_forgotten,
                tokens_are_renewed_and_forgotten,
                the_lease_changes_hands_by_comparison,
                a_store_that_works_answers_a_ping;
            races:
                sixteen_writers_lose_no_increment,
                one_of_sixteen_creators_wins,
                sixteen_users_of_a_document_are_all_kept,
                one_of_sixteen_challengers_gets_the_lease,
                sixteen_registrations_keep_the_operators_word,
                sixteen_writers_of_one_day_lose_no_minute,
                a_read_sees_every_write_acknowledged_before;
            unknown:
                a_lost_answer_is_found_by_its_commit,
                a_lost_request_is_made_again,
                a_late_request_is_not_made_twice,
                what_others_wrote_on_top_is_returned,
                what_may_be_forgotten_stays_unknown,
                without_a_read_it_stays_unknown,
                unavailable_means_nothing_happened,
                a_newer_leader_does_not_refuse_users,
                a_lost_creation_is_found_by_its_id,
                a_lost_new_document_is_found_by_its_content,
                a_lost_document_is_found_by_its_content;
        }
    };
    ($make:path; $($module:ident: $($case:ident),+;)+) => {$($(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $case() {
            let made: Option<$crate::conformance::Subject> = $make().await.into();
            let Some(subject) = made else { return };
            $crate::conformance::$module::$case(&subject.store).await;
        }
    )+)+};
}
