package households

import (
	"context"
	"strings"

	"palier/instance"
	"palier/instance/alike"
	"palier/instance/store"
)

// compare holds the file of a case against the others of its programme, and has
// somebody look where they are alike.
func (s *Service) compare(ctx context.Context, tx store.Tx, c instance.Case, f File) error {
	if s.Alike == nil {
		return nil
	}
	list, fresh, err := s.Alike.Note(ctx, tx, c.Programme, alike.Who{Case: c.ID}, alike.Contact{Text: f.Reach})
	if err != nil || !fresh {
		return err
	}
	return s.alike(ctx, tx, Incident{Programme: c.Programme, Case: c.ID, Side: SideHousehold}, list)
}

// HostAlikeIn has somebody look at a host whose file is like others, in the
// transaction that found it.
func (s *Service) HostAlikeIn(ctx context.Context, tx store.Tx, programme instance.ActorID, host instance.HostID, c alike.Contact) error {
	if s.Alike == nil {
		return nil
	}
	list, fresh, err := s.Alike.Note(ctx, tx, programme, alike.Who{Host: host}, c)
	if err == nil && fresh {
		err = s.alike(ctx, tx, Incident{Programme: programme, Host: host, Side: SideHost}, list)
	}
	return because(err, "files like that of host %s", host)
}

// alike opens an incident where files have more in common than people who live
// together. It freezes nothing: a person looks, and another decides.
func (s *Service) alike(ctx context.Context, tx store.Tx, i Incident, list []alike.Match) error {
	var signs []Flag
	for range alike.Weight(alike.Who{Host: i.Host, Case: i.Case}, list) {
		signs = append(signs, FlagManyAccounts)
	}
	a := Assess(signs)
	if a.Alert == AlertNone {
		return nil
	}
	i.Kind, i.Severity = KindSign, SeveritySoon
	_, err := s.openIncident(ctx, tx, i, IncidentBody{Signs: a.Reasons, Alike: list})
	return err
}

// appealed marks an incident to be looked at again, by others than decided.
func (s *Service) appealed(ctx context.Context, tx store.Tx, i Incident) error {
	n, err := tx.Exec(ctx, `
		UPDATE housing_incidents
		   SET state = 'appealed', appealed_at = $2, appealed_from = second_by, first_by = NULL, first_at = NULL, second_by = NULL, second_at = NULL
		 WHERE id = $1 AND state IN ('decided', 'closed')`, i.ID, store.Millis(s.Now()))
	return only(n, err, instance.ErrConflict)
}

// What was decided about somebody is theirs to read as a date and a word, and to
// appeal once. What was noticed is about the household of its case or about the host;
// that nobody is asked into a home any more is about its host.
const (
	aboutCase = `i.case_id = $1 AND i.kind = 'sign' AND i.host_id IS NULL`
	aboutHost = `(i.host_id = $1 OR i.outcome = 'stop' AND i.home <> '' AND i.home IN (SELECT l.uri FROM housing_listings l WHERE l.host_id = $1 AND l.programme_id = i.programme_id))`
	decided   = ` AND (i.state IN ('decided', 'closed') OR i.appealed_at IS NOT NULL)`
)

func (s *Service) decidedAbout(ctx context.Context, tx store.Tx, about string, id instance.ID) ([]Incident, error) {
	rows, err := tx.Query(ctx, `SELECT `+incidentColumns+` FROM housing_incidents i WHERE `+about+decided+` ORDER BY i.id DESC LIMIT 10`, id)
	if err != nil {
		return nil, err
	}
	list, err := readIncidents(rows)
	for n := range list {
		i := &list[n]
		i.Looked, i.By, i.From = [2]instance.Signature{}, 0, 0 // who decided is the team's to know
	}
	return list, err
}

// appeal is of who it is about: once, with why.
func (s *Service) appeal(ctx context.Context, tx store.Tx, about string, of, id instance.ID, by instance.ActorID, text string) error {
	if text = strings.TrimSpace(text); text == "" {
		return &instance.Invalid{Field: "appeal", Code: "missing"}
	}
	if _, err := tx.Exec(ctx, `UPDATE housing_incidents SET severity = severity WHERE id = $1`, id); err != nil {
		return err
	}
	i, err := scanIncident(tx.QueryRow(ctx, `SELECT `+incidentColumns+` FROM housing_incidents i WHERE `+about+decided+` AND i.id = $2`, of, id))
	if err != nil {
		return err
	}
	if !i.AppealedAt.IsZero() {
		return instance.ErrConflict
	}
	if err := s.appealed(ctx, tx, i); err != nil {
		return err
	}
	if err := s.write(ctx, tx, i.Programme, id, "appealed", by, IncidentBody{Text: text}); err != nil {
		return err
	}
	if s.Tell == nil {
		return nil
	}
	_, leads, err := keeping(ctx, tx, map[instance.ActorID]bool{i.Programme: true})
	if err != nil {
		return err
	}
	return s.Tell(ctx, tx, NoticeWaits, i.Programme, leads[i.Programme])
}

// OwnAppeal is that a household asks for something that was decided about it to be
// looked at again, by others. It returns [instance.ErrNotFound] for what is not about
// it, and [instance.ErrConflict] the second time.
func (s *Service) OwnAppeal(ctx context.Context, person instance.Account, id instance.CaseID, incident instance.ID, text string) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := caseOf(ctx, tx, id)
		if err == nil && (c.Person != person.ID || person.ID == 0) {
			err = instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.appeal(ctx, tx, aboutCase, id, incident, person.ID, text)
	})
	return because(err, "appeal of case %s", id)
}

// DecidedAboutHost returns what was decided about a host, to that host.
func (s *Service) DecidedAboutHost(ctx context.Context, hand HostHand) ([]Incident, error) {
	tx := s.DB.Read()
	h, err := s.Hosts.Acting(ctx, tx, hand.Person, hand.Link, hand.Host)
	if err != nil {
		return nil, because(err, "decided about a host")
	}
	list, err := s.decidedAbout(ctx, tx, aboutHost, h.ID)
	return list, because(err, "decided about host %s", h.ID)
}

// HostAppeal is [Service.OwnAppeal] for a host.
func (s *Service) HostAppeal(ctx context.Context, hand HostHand, incident instance.ID, text string) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		h, err := s.Hosts.Acting(ctx, tx, hand.Person, hand.Link, hand.Host)
		if err != nil {
			return err
		}
		return s.appeal(ctx, tx, aboutHost, h.ID, incident, hand.Person, text)
	})
	return because(err, "appeal of a host")
}

// AlikeHost returns what the file of a host has in common with others, to those who
// keep cases.
func (s *Service) AlikeHost(ctx context.Context, by instance.Account, programme instance.ActorID, host instance.HostID) ([]alike.Match, error) {
	tx := s.DB.Read()
	if err := keeps(ctx, tx, programme, by.ID); err != nil || s.Alike == nil {
		return nil, because(err, "files like that of host %s", host)
	}
	list, err := s.Alike.Of(ctx, tx, alike.Who{Host: host})
	return list, because(err, "files like that of host %s", host)
}
