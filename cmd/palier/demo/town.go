package demo

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/clubs"
	"palier/instance/events"
	"palier/instance/organisations"
)

// organisations open their pages, each by a neighbour who acts for it.
func (l *life) organisations() {
	weekdays := func(spans ...instance.Span) (h instance.Hours) {
		for day := range 5 {
			h[day] = spans
		}
		return h
	}
	bakery := weekdays(instance.Span{From: 7 * 60, To: 13 * 60}, instance.Span{From: 16 * 60, To: 19 * 60})
	bakery[0], bakery[5] = nil, bakery[4]
	library := weekdays(instance.Span{From: 14 * 60, To: 18*60 + 30})
	library[5] = []instance.Span{{From: 10 * 60, To: 17 * 60}}
	for i, o := range []struct {
		username, title, notice, text string
		sort                          instance.OrganisationSort
		about                         organisations.About
	}{
		{"fournil_du_jerzual", "Le Fournil du Jerzual", "", "", instance.Shop, organisations.About{
			Summary: "Pain au levain, cuit sur place. Un pain suspendu attend chaque jour qui en a besoin.", Hours: bakery, Holidays: "fermé les jours fériés",
		}},
		{"ressourcerie_rance", "Ressourcerie de la Rance", "Collecte de petits appareils", "Apportez ce qui ne marche plus : samedi, on répare ensemble, et ce qui ne se répare pas part au recyclage.", instance.Association, organisations.About{
			Summary: "Réparer, donner, revendre à petit prix ce qui peut encore servir.",
			Needs:   []string{"Deux bénévoles le samedi matin pour trier", "Une remorque, un dimanche sur deux"},
		}},
		{"mediatheque_dinan", "Médiathèque de Dinan", "", "", instance.Institution, organisations.About{
			Summary: "Livres, jeux, ordinateurs, et quelqu'un pour aider avec les démarches en ligne.", Hours: library,
		}},
	} {
		quarter, ago := l.quarter(i), 11*24*time.Hour-time.Duration(i)*time.Hour
		agent := l.somebody(quarter, ago)
		var page instance.Organisation
		l.at(ago, func(ctx context.Context) error {
			who, err := l.app.People.Named(ctx, agent.username)
			if err != nil {
				return err
			}
			page, err = l.app.Organisations.Open(ctx, organisations.Plan{
				Username: o.username, Title: o.title, Sort: o.sort, Place: l.places[quarter], Agent: who.ID, About: o.about,
			})
			return err
		})
		if o.notice == "" {
			continue
		}
		l.at(2*24*time.Hour, func(ctx context.Context) error {
			who, err := l.app.People.Named(ctx, agent.username)
			if err != nil {
				return err
			}
			_, err = l.app.Organisations.Announce(ctx, who, page.ID, organisations.Announcement{Title: o.notice, Text: o.text, Language: "fr", Until: l.day(5)})
			return err
		})
	}
}

// committee is a club of neighbours who look after their quarter: it met, with points
// that members proposed, and everyone can read the minutes.
func (l *life) committee() {
	starts := l.day(-3).Add(18*time.Hour + 30*time.Minute)
	quarter, met := l.quarter(1), time.Since(starts)
	by := l.author(quarter, met+60*time.Hour)
	member := l.somebody(quarter, met+60*time.Hour)
	for member.username == by.username {
		member = l.somebody(quarter, met+60*time.Hour)
	}
	var club instance.Club
	var meeting *instance.Post
	l.at(met+60*time.Hour, func(ctx context.Context) error {
		who, err := l.app.People.Named(ctx, by.username)
		if err != nil {
			return err
		}
		club, err = l.app.Clubs.Found(ctx, who.ID, clubs.Plan{
			Username: "comite_de_quartier", Title: "Comité de quartier", Summary: "Ce qui concerne le quartier, une fois par mois.", Topic: "committee", Entry: instance.EntryOpen, Place: l.places[quarter],
		})
		if err != nil {
			return err
		}
		other, err := l.app.People.Named(ctx, member.username)
		if err != nil {
			return err
		}
		if _, err := l.app.Clubs.Enter(ctx, club.ID, other.ID); err != nil {
			return err
		}
		agenda, err := events.ParseNeeds("agenda", "La fontaine de la place\nLe marché du samedi")
		if err != nil {
			return err
		}
		v, err := l.viewer(ctx, by)
		if err != nil {
			return err
		}
		meeting, err = l.app.Events.Invite(ctx, v, instance.Draft{
			Title: "Réunion du comité", Language: "fr", Audience: instance.ToNeighbourhood, Group: club.ID,
			Event: &instance.Event{
				Starts: starts, Ends: starts.Add(2 * time.Hour),
				Venue: instance.Venue{Name: "Salle du Port", Locality: "Dinan", PostalCode: "22100", Country: "FR"}, Access: []string{"step-free"},
			},
		}, false, agenda...)
		if err != nil {
			return fmt.Errorf("meeting of the committee: %w", err)
		}
		return nil
	})
	l.at(met+20*time.Hour, func(ctx context.Context) error { return l.propose(ctx, member, meeting.ID, "Des bancs sur le quai") })
	l.at(met+18*time.Hour, func(ctx context.Context) error {
		return l.settle(ctx, by, meeting.ID, "Des bancs sur le quai")
	})
	l.at(met-2*time.Hour-30*time.Minute, func(ctx context.Context) error { return l.minute(ctx, by, meeting.ID) })
}

func (l *life) propose(ctx context.Context, who neighbour, meeting instance.PostID, point string) error {
	v, err := l.viewer(ctx, who)
	if err != nil {
		return err
	}
	return l.app.Events.Propose(ctx, v, meeting, point)
}

// settle takes a point onto the agenda.
func (l *life) settle(ctx context.Context, who neighbour, meeting instance.PostID, title string) error {
	v, err := l.viewer(ctx, who)
	if err != nil {
		return err
	}
	points, err := l.app.Events.Agenda(ctx, meeting)
	if err != nil {
		return err
	}
	for _, p := range points {
		if p.Title == title {
			return l.app.Events.Settle(ctx, v, meeting, p.ID, true, "")
		}
	}
	return fmt.Errorf("point %q: %w", title, instance.ErrNotFound)
}

// minute writes what was said and decided, for everyone.
func (l *life) minute(ctx context.Context, who neighbour, meeting instance.PostID) error {
	v, err := l.viewer(ctx, who)
	if err != nil {
		return err
	}
	points, err := l.app.Events.Agenda(ctx, meeting)
	if err != nil {
		return err
	}
	said := map[string]instance.MinutedPoint{
		"La fontaine de la place": {Said: "Elle fuit depuis l'été. La mairie demande où passe la canalisation.", Decision: "Deux voisins relèvent le compteur d'eau chaque lundi de décembre."},
		"Le marché du samedi":     {Said: "Trois stands de plus au printemps.", Decision: "Le comité écrit à la mairie pour garder un passage de 1,40 m."},
		"Des bancs sur le quai":   {Said: "Demandés par celles et ceux qui marchent lentement : un tous les cent mètres."},
	}
	written := map[instance.ID]instance.MinutedPoint{}
	for _, p := range points {
		written[p.ID] = said[p.Title]
	}
	if err := l.app.Events.Write(ctx, v, meeting, written); err != nil {
		return err
	}
	return l.app.Events.PublishMinutes(ctx, v, meeting, events.Publication{Version: 1, Audience: instance.ToPublic})
}
