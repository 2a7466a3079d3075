package housing

import (
	"context"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// LogDeed is what somebody did, in the log of a programme.
type LogDeed string

// What stands in the log of a programme. After each stands what [LogLine.About]
// is.
const (
	LogOpened    LogDeed = "opened"    // nothing
	LogTeam      LogDeed = "team"      // a person
	LogLeft      LogDeed = "left"      // a person
	LogFrozen    LogDeed = "frozen"    // nothing
	LogThawed    LogDeed = "thawed"    // nothing
	LogAsked     LogDeed = "asked"     // a partner
	LogStopped   LogDeed = "stopped"   // a partner
	LogAccepted  LogDeed = "accepted"  // a partner
	LogExpelled  LogDeed = "expelled"  // a partner
	LogDrafted   LogDeed = "drafted"   // a home
	LogChanged   LogDeed = "changed"   // a home
	LogSubmit    LogDeed = "submit"    // a home, and so on
	LogReturn    LogDeed = "return"    //
	LogVet       LogDeed = "vet"       //
	LogOffer     LogDeed = "offer"     //
	LogClose     LogDeed = "close"     //
	LogPlaced    LogDeed = "place"     //
	LogEnded     LogDeed = "end"       //
	LogDropped   LogDeed = "drop"      //
	LogHeld      LogDeed = "held"      // a hold, and so on
	LogAgreed    LogDeed = "agree"     //
	LogWithdrawn LogDeed = "withdraw"  //
	LogLeave     LogDeed = "leave"     //
	LogSent      LogDeed = "sent"      // a file, which nobody can read by its id
	LogRead      LogDeed = "read"      //
	LogExported  LogDeed = "exported"  // a home
	LogSwitched  LogDeed = "switched"  // a [Cut]
	LogRestored  LogDeed = "restored"  //
	LogPictured  LogDeed = "pictured"  // a home
	LogUnpicture LogDeed = "unpicture" //
	LogArrived   LogDeed = "arrived"   // a hold
	LogSingle    LogDeed = "single"    // a home
	LogMoved     LogDeed = "moved"     // a home; nobody of the team did it
	LogShown     LogDeed = "shown"     // photographs of a home, to who has beds there

	LogRequested   LogDeed = "requested"    // something, by an authority
	LogAnswered    LogDeed = "answered"     // that, by two
	LogRequestsOut LogDeed = "requests-out" // all of it, as a file
	LogImported    LogDeed = "imported"     // offers, from a list
	LogHostsAsked  LogDeed = "hosts-asked"  // a night, and how many; nobody of the team did it
)

// LogDeeds are all of them.
var LogDeeds = []LogDeed{
	LogOpened, LogTeam, LogLeft, LogFrozen, LogThawed, LogAsked, LogStopped, LogAccepted, LogExpelled, LogDrafted, LogChanged, LogSubmit, LogReturn,
	LogShown, LogVet, LogOffer, LogClose, LogPlaced, LogEnded, LogDropped, LogHeld, LogAgreed, LogWithdrawn, LogLeave, LogSent, LogRead, LogExported, LogSwitched,
	LogRestored, LogPictured, LogUnpicture, LogArrived, LogSingle, LogMoved, LogRequested, LogAnswered, LogRequestsOut, LogImported, LogHostsAsked,
}

// LogLine is one line of the log of a programme. It says who did what to which
// thing, by ids alone.
type LogLine struct {
	ID    instance.ID
	By    instance.Actor // without an id for somebody whose account is gone
	Deed  LogDeed
	About string
	Whom  instance.Actor // where a deed is about a person or a partner
	Night ledger.Night   // of [LogHostsAsked], and how many
	Count int
	At    time.Time
}

// note writes a line into the log of a programme, in the transaction that does
// what it says.
func (s *Service) note(ctx context.Context, tx store.Tx, programme, by instance.ActorID, deed LogDeed, about string) error {
	var person *instance.ActorID
	if by != 0 {
		person = &by
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO housing_log (id, programme_id, person_id, deed, about, at)
		VALUES ($1, $2, $3, $4, $5, $6)`, s.ids.Next(), programme, person, string(deed), about, store.Millis(s.now()))
	return err
}

// Log returns the log of a programme to its leads, the newest line first, those
// before an id; 0 begins.
func (s *Service) Log(ctx context.Context, by instance.Account, programme instance.ActorID, before instance.ID, limit int) ([]LogLine, error) {
	if err := leads(ctx, s.db.Read(), programme, by); err != nil {
		return nil, because(err, "log of programme %s", programme)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT id, COALESCE(person_id, 0), deed, about, at
		  FROM housing_log
		 WHERE programme_id = $1 AND (CAST($2 AS BIGINT) = 0 OR id < $2)
		 ORDER BY id DESC
		 LIMIT $3`, programme, before, limit)
	if err != nil {
		return nil, because(err, "log of programme %s", programme)
	}
	defer rows.Close()
	var list []LogLine
	var ids []instance.ActorID
	for rows.Next() {
		var l LogLine
		var deed string
		var at int64
		if err := rows.Scan(&l.ID, &l.By.ID, &deed, &l.About, &at); err != nil {
			return nil, because(err, "log of programme %s", programme)
		}
		l.Deed, l.At = LogDeed(deed), store.Time(at)
		if l.Deed.whom() {
			whom, err := instance.ParseID(l.About)
			if err != nil {
				return nil, because(err, "log of programme %s", programme)
			}
			l.Whom.ID = instance.ActorID(whom)
		}
		if l.Deed == LogHostsAsked {
			night, count, _ := strings.Cut(l.About, "/")
			if l.Night, err = ledger.ParseNight(night); err == nil {
				l.Count, err = strconv.Atoi(count)
			}
			if err != nil {
				return nil, because(err, "log of programme %s", programme)
			}
		}
		list, ids = append(list, l), append(ids, l.By.ID, l.Whom.ID)
	}
	if err := rows.Err(); err != nil {
		return nil, because(err, "log of programme %s", programme)
	}
	named, err := actors.ByIDs(ctx, s.db.Read(), ids)
	for i, l := range list {
		list[i].By, list[i].Whom = named[l.By.ID], named[l.Whom.ID]
	}
	return list, because(err, "log of programme %s", programme)
}

// At is under which part of a programme that which a deed is about is found:
// homes, holds, or nowhere.
func (d LogDeed) At() string {
	switch d {
	case LogDrafted, LogChanged, LogSubmit, LogReturn, LogVet, LogOffer, LogClose, LogPlaced, LogEnded, LogDropped, LogExported, LogPictured, LogUnpicture, LogMoved, LogShown:
		return "homes"
	case LogHeld, LogAgreed, LogWithdrawn, LogLeave, LogArrived:
		return "holds"
	}
	return ""
}

// ByItself tells whether the server does it, and nobody of the team.
func (d LogDeed) ByItself() bool {
	return d == LogMoved || d == LogShown || d == LogHostsAsked
}

// whom tells whether a deed is about a person or a partner.
func (d LogDeed) whom() bool {
	switch d {
	case LogTeam, LogLeft, LogAsked, LogStopped, LogAccepted, LogExpelled:
		return true
	}
	return false
}
