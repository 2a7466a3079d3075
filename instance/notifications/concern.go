package notifications

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// Kinds of notices about what neighbours do together.
const (
	PurchaseAgreed    Kind = "purchase-agreed"    // what was ordered together is bought
	PurchaseMissed    Kind = "purchase-missed"    // it is, but nothing was left for one's own order
	PurchaseCancelled Kind = "purchase-cancelled" // it is not
	PurchaseExtended  Kind = "purchase-extended"  // its deadline was put off
	EventChanged      Kind = "event-changed"      // an event one comes to is at another time or place
	EventCancelled    Kind = "event-cancelled"    // it is off
	EventReminder     Kind = "event-reminder"     // it is soon
	EventPlace        Kind = "event-place"        // there is a place for who waited
	EventPhoto        Kind = "event-photo"        // somebody would show a photograph one is on
	EventGuest        Kind = "event-guest"        // somebody comes, for who invites
	PurchasePickUp    Kind = "purchase-pick-up"   // one chooses when to come for it
	RideAsked         Kind = "ride-asked"         // somebody wants to come along
	RideAgreed        Kind = "ride-agreed"        // one is taken along
	RideLeft          Kind = "ride-left"          // somebody does not come along after all
	RideCancelled     Kind = "ride-cancelled"     // it does not take place
	ErrandAsked       Kind = "errand-asked"       // somebody wants something brought along, or helps
	ErrandAgreed      Kind = "errand-agreed"      // one is taken at one's word
	ErrandCancelled   Kind = "errand-cancelled"   // it is not needed any more
	HelpAsk           Kind = "help-ask"           // somebody asks to be allowed to call one for help
	HelpYes           Kind = "help-yes"           // a neighbour lets one
	HelpCall          Kind = "help-call"          // somebody calls for help, now
	HelpOver          Kind = "help-over"          // they need none any more
	HelpComing        Kind = "help-coming"        // a neighbour comes

	SpaceWorks     Kind = "space-works"     // works in one's house
	SpaceMeetings  Kind = "space-meetings"  // a meeting of one's house
	SpaceDocuments Kind = "space-documents" // a paper of one's house
	SpaceIncidents Kind = "space-incidents" // something is wrong with a house that one manages

	CareInvited  Kind = "care-invited"   // there is an invitation
	CareCall     Kind = "care-call"      // it is one's turn to call
	CareDoor     Kind = "care-door"      // it is one's turn to go to the door
	CareContact  Kind = "care-contact"   // nobody answered
	CareHandedOn Kind = "care-handed-on" // another informant looks after one

	QuestionAsked    Kind = "question-asked"    // an organisation one acts for was asked
	QuestionAnswered Kind = "question-answered" // an organisation answered

	CampaignCheck    Kind = "campaign-check"    // a campaign waits to be checked
	CampaignApproved Kind = "campaign-approved" // one's own begins in its time
	CampaignReturned Kind = "campaign-returned" // one's own came back

	WeatherWarning Kind = "weather-warning" // the weather will be dangerous in one's commune

	HousingDropped Kind = "housing-dropped" // places that one held for a household were taken back
	HousingTaken   Kind = "housing-taken"   // a home in which one placed somebody is not shown any more
	HousingMoved   Kind = "housing-moved"   // a host moved while somebody lives there
	DeskWaits      Kind = "desk-waits"      // something waits at the desk of a programme one is of the team of

	HostTonight Kind = "host-tonight" // one is asked whether a bed is free tonight
	EscortWaits Kind = "escort-waits" // something waits for one as who goes with people to the door

	InformantVolunteer Kind = "informant-volunteer" // somebody volunteers to be an informant
	InformantAccepted  Kind = "informant-accepted"  // one is an informant
	InformantDeclined  Kind = "informant-declined"  // one is not
	InformantEnding    Kind = "informant-ending"    // one's time is over soon
	InformantEnded     Kind = "informant-ended"     // it is over
	InformantAsked     Kind = "informant-asked"     // a resident wrote to the informants
	InformantAnswer    Kind = "informant-answer"    // there is an answer to that
	InformantLeft      Kind = "informant-left"      // an informant left something open
	InformantEntrusted Kind = "informant-entrusted" // what another had is one's own now
	InformantHandedOn  Kind = "informant-handed-on" // another sees to what one wrote
	InformantOfficial  Kind = "informant-official"  // officials let the place know something that matters
)

// Concern tells people here of something about a post that concerns them, or of
// something about none where post is 0, each time anew. Who is blocked by the one it comes from, or blocks or mutes them, is
// not told.
func (s *Service) Concern(ctx context.Context, tx store.Tx, kind Kind, from instance.ActorID, post instance.PostID, whom []instance.ActorID) error {
	for some := range slices.Chunk(whom, perInsert) {
		if err := s.concern(ctx, tx, kind, from, post, some); err != nil {
			return fmt.Errorf("tell of %s about %s: %w", kind, post, err)
		}
	}
	return nil
}

func (s *Service) concern(ctx context.Context, tx store.Tx, kind Kind, from instance.ActorID, post instance.PostID, whom []instance.ActorID) error {
	var about *instance.PostID
	if post != 0 {
		about = &post
	}
	args := []any{string(kind), from, about, s.ids.Next(), store.Millis(s.now())}
	values := make([]string, len(whom))
	for i, owner := range whom {
		n := len(args) + 1
		values[i] = `(CAST(` + store.Placeholders(n, 1) + ` AS BIGINT), CAST(` + store.Placeholders(n+1, 1) + ` AS BIGINT))`
		args = append(args, s.ids.Next(), owner)
	}
	rows, err := tx.Query(ctx, `
		INSERT INTO notifications (id, owner_id, kind, from_id, post_id, about_id)
		SELECT v.column1, p.actor_id, CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT)
		  FROM (VALUES `+strings.Join(values, ", ")+`) AS v
		  JOIN people p ON p.actor_id = v.column2
		 WHERE NOT EXISTS (SELECT 1 FROM blocks x
		                    WHERE (x.actor_id = p.actor_id AND x.target_id = $2) OR (x.actor_id = $2 AND x.target_id = p.actor_id))
		   AND NOT EXISTS (SELECT 1 FROM mutes x
		                    WHERE x.actor_id = p.actor_id AND x.target_id = $2 AND x.notices AND (x.until IS NULL OR x.until > $5))
		ON CONFLICT DO NOTHING
		RETURNING id, owner_id, from_id`, args...)
	if err != nil {
		return err
	}
	list, err := readWritten(rows)
	if err != nil || s.written == nil {
		return err
	}
	for _, w := range list {
		w.Kind = kind
		if err := s.written(ctx, tx, w); err != nil {
			return err
		}
	}
	return nil
}
