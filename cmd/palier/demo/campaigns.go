package demo

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/exchange"
)

// campaigns are what neighbours of the town do together for a while: a give-away
// day that is over, and a Christmas that goes on.
func (l *life) campaigns() {
	var gave, feast instance.ID
	l.campaign(12*24*time.Hour, &gave, instance.CampaignPlan{
		Template: "give-away", Name: "Journée du don", Tag: "JourneeDuDon", Rules: []string{"free-of-charge", "outdoors"},
		Text: "On vide ses placards sous les halles : ce qui ne sert plus chez l’un servira chez l’autre.",
	}, 36*time.Hour)
	for i, title := range []string{"Un landau", "Des bocaux vides", "Une étagère"} {
		l.within(&gave, 12*24*time.Hour-time.Duration(i+2)*time.Hour, instance.KindGive, "other", instance.Offering, title, "À prendre sous les halles.", instance.NoSide, false)
	}
	l.at(10*24*time.Hour, func(ctx context.Context) error {
		_, err := l.app.Campaigns.End(ctx, gave)
		return err
	})

	l.campaign(3*24*time.Hour, &feast, instance.CampaignPlan{
		Template: "feast", Name: "Noël solidaire", Tag: "NoelSolidaire", Rules: []string{"call-first", "free-of-charge"}, OwnRule: "On raccompagne chacun à sa porte",
		Text:     "Une place de plus à table ? Personne envie de passer la soirée seul ? Invitez, venez, ou réunissons-nous salle Robert-Schuman.",
		Contacts: []instance.CampaignContact{{Name: "Accueil de la mairie", Phone: "02 99 00 00 00"}, {Name: "Urgences", Phone: "112"}}, Tables: true, Discreet: true,
	}, 30*24*time.Hour)
	for i, title := range []string{"Deux places à notre table le 24", "Le 25 à midi, on sera six", "Soupe et galettes le soir du 31"} {
		l.within(&feast, 3*24*time.Hour-time.Duration(2*i+3)*time.Hour, instance.KindService, "company", instance.Offering, title, "On vient vous chercher si besoin.", instance.Invites, false)
	}
	for i, title := range []string{"Je viendrais volontiers le 24", "Une place pour ma mère"} {
		l.within(&feast, 2*24*time.Hour-time.Duration(i+1)*time.Hour, instance.KindService, "company", instance.Asking, title, "Je peux apporter un dessert.", instance.Joins, true)
	}
}

// campaign lets Odette plan a campaign of the whole town, and Claire check it.
func (l *life) campaign(ago time.Duration, id *instance.ID, p instance.CampaignPlan, lasts time.Duration) {
	l.at(ago, func(ctx context.Context) error {
		odette, err := l.app.People.Named(ctx, "odette")
		if err != nil {
			return err
		}
		claire, err := l.app.People.Named(ctx, "claire")
		if err != nil {
			return err
		}
		v, err := l.filler.viewer(ctx, l.app, "odette")
		if err != nil {
			return err
		}
		p.Language, p.Places = "fr", []instance.ActorID{l.places["dinan"]}
		p.Starts = l.clock.Now()
		p.Ends = p.Starts.Add(lasts)
		if *id, err = l.app.Campaigns.Draft(ctx, odette, v, p, ""); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		if err := l.app.Campaigns.AskCheck(ctx, odette, *id); err != nil {
			return err
		}
		return l.app.Campaigns.Approve(ctx, claire, *id)
	})
}

// within lets somebody post something for a campaign.
func (l *life) within(id *instance.ID, ago time.Duration, kind, category string, purpose instance.Purpose, title, text string, side instance.Side, discreet bool) {
	quarter := l.quarter(int(ago / time.Hour))
	by := l.author(quarter, ago)
	l.at(ago, func(ctx context.Context) error {
		v, err := l.viewer(ctx, by)
		if err != nil {
			return err
		}
		c, err := l.app.Campaigns.ByID(ctx, nil, *id)
		if err != nil {
			return err
		}
		d := l.draft(quarter, title, text, side == instance.NoSide)
		d.Kind = kind
		d.Proposal = &instance.Proposal{Purpose: purpose, Status: instance.ProposalOpen, Category: category, Quantity: instance.One, Available: instance.One, Unit: "one"}
		d.Campaign = &instance.CampaignPart{Campaign: *id, Name: c.Name, Tag: c.Tag, Side: side, Discreet: discreet}
		if _, err := l.app.Exchange.Publish(ctx, v, d, exchange.Opening{}); err != nil {
			return fmt.Errorf("%s: %w", title, err)
		}
		return nil
	})
}
