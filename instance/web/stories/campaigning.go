package stories

import (
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

func christmas(state string) view.Campaign {
	return view.Campaign{
		ID: "77", Path: "/campaigns/77", Name: "Noël solidaire", Language: "fr", Tag: "NoelSolidaire", State: state, Starts: now, Ends: now.Add(15 * 24 * time.Hour),
		Places: []view.PlaceLine{centreLine, portLine}, Rules: []string{"call-first", "free-of-charge"}, OwnRule: "On raccompagne chacun à sa porte",
		Contacts: []view.Contact{{Name: "Mairie", Phone: "02 99 00 00 00", Dial: "0299000000"}, {Name: "Urgences", Phone: "112", Dial: "112"}},
		Tables:   true, Discreet: true, Counts: view.CampaignCounts{Asks: 4, Offers: 7, Gatherings: 1, Done: 3},
	}
}

func epidemic() view.Campaign {
	c := christmas("running")
	c.ID, c.Path, c.Name, c.Tag, c.Tables, c.Discreet = "78", "/campaigns/78", "Épidémie : les gestes qui protègent chacun dans le quartier Saint-Malo-de-Dinan-Bas", "GestesBarriere", false, false
	c.Rules = []string{"contact-free", "mask", "distance"}
	c.Places = []view.PlaceLine{{Person: longPlace.Person, Level: longPlace.Level}}
	return c
}

func warnings() []view.Alert {
	return []view.Alert{
		{Path: "/@mairie/1", Title: "Crue de la Rance : ne descendez pas au port", Language: "fr", By: "Mairie de Dinan", Level: "alert", Until: now.Add(48 * time.Hour)},
		{Path: "/@mairie/2", Title: "Coupure d’eau rue de la Lainerie", Language: "fr", By: "Mairie de Dinan", Level: "important", Until: now.Add(24 * time.Hour)},
	}
}

// campaigning are the pages of what neighbours do together for a while.
func campaigning() []Story {
	const text = "<p>Une place de plus à table ? Invitez, venez, ou réunissons-nous dans une salle.</p>"
	tabs := []view.Option{{Value: "all", Label: "/campaigns/77#posts", Selected: true}}
	for _, only := range []string{"asks", "offers", "events", "invite", "join", "gather"} {
		tabs = append(tabs, view.Option{Value: only, Label: "/campaigns/77?only=" + only + "#posts"})
	}
	show := func(c view.Campaign, bend func(*pages.Campaign)) func(pages.Frame) pages.Page {
		return func(f pages.Frame) pages.Page {
			p := pages.Campaign{Frame: in(f, "", c.Path), Campaign: c, Text: text, May: true, Tabs: tabs}
			bend(&p)
			return p
		}
	}
	plan := func(bend func(*pages.CampaignForm)) func(pages.Frame) pages.Page {
		return func(f pages.Frame) pages.Page {
			p := pages.CampaignForm{
				Frame: in(f, "", "/g/centre_ville/campaigns/new"), Place: &centre.Person, Action: "/g/centre_ville/campaigns", Once: "1",
				Places: []view.Option{{Value: "31", Label: "Centre-Ville", Selected: true}, {Value: "36", Label: longPlace.Name}},
				Writing: view.CampaignWriting{
					Template: "feast", Name: "Noël solidaire", Text: "Une place de plus à table ?", Tag: "NoelSolidaire", Starts: "2026-12-20", Ends: "2027-01-03",
					Rules: []string{"call-first"}, Contacts: []view.Contact{{Name: "Mairie", Phone: "02 99 00 00 00"}, {}, {}}, Tables: true, Discreet: true,
				},
			}
			for i, t := range []string{"feast", "heatwave", "epidemic", "flood", "welcome", "give-away", "free"} {
				p.Templates = append(p.Templates, view.Option{Value: t, Label: "/g/centre_ville/campaigns/new?template=" + t, Selected: i == 0})
			}
			bend(&p)
			return p
		}
	}
	return []Story{
		{"campaign/running", show(christmas("running"), func(p *pages.Campaign) {
			p.Keeps, p.Feed = true, "/campaigns/77.atom"
			p.Posts = Posts(3)
			p.Posts[0].Audience, p.Posts[0].Campaign = view.ToDiscreet, &view.PostCampaign{Path: "/campaigns/77", Name: "Noël solidaire", Side: "join"}
		})},
		{"campaign/crisis", show(epidemic(), func(*pages.Campaign) {})},
		{"campaign/visitor", show(christmas("running"), func(p *pages.Campaign) { p.Frame, p.May = stranger(p.Frame), false })},
		{"campaign/draft", show(christmas("draft"), func(p *pages.Campaign) {
			p.Own, p.Nobody, p.Remark = true, true, "Il manque le numéro de la mairie."
			p.Problems = []view.Problem{{Field: "check", Code: "nobody"}}
		})},
		{"campaign/to-check", show(christmas("waiting"), func(p *pages.Campaign) {
			p.Keeps, p.Checks = true, true
			p.Problems = []view.Problem{{Field: "remark", Code: "missing"}}
		})},
		{"campaign/waiting", show(christmas("waiting"), func(p *pages.Campaign) { p.Own = true })},
		{"campaign/ready", show(christmas("ready"), func(p *pages.Campaign) { p.Own = true })},
		{"campaign/ended", show(christmas("ended"), func(p *pages.Campaign) { p.Posts = Posts(1) })},
		{"campaigns/many", func(f pages.Frame) pages.Page {
			over := christmas("ended")
			over.Name = wordy.Name
			return pages.Campaigns{
				Frame: in(f, "", "/g/centre_ville/campaigns"), Place: centre.Person, May: true, Planned: []view.Campaign{christmas("waiting"), christmas("draft")},
				Shown: []view.Campaign{epidemic(), over}, Pager: view.Pager{Older: "/g/centre_ville/campaigns?before=1"},
			}
		}},
		{"campaigns/empty", func(f pages.Frame) pages.Page {
			return pages.Campaigns{Frame: stranger(in(f, "", "/g/centre_ville/campaigns")), Place: centre.Person}
		}},
		{"campaign_form/new", plan(func(*pages.CampaignForm) {})},
		{"campaign_form/error", plan(func(p *pages.CampaignForm) {
			p.Problems = []view.Problem{
				{Field: "name", Code: "unnamed"}, {Field: "ends", Code: "before-start"}, {Field: "places", Code: "missing"}, {Field: "rules", Code: "unknown"},
				{Field: "contacts", Code: "phone"}, {Field: "tag", Code: "malformed"},
			}
		})},
		{"campaign_form/edit", plan(func(p *pages.CampaignForm) {
			p.Place, p.Templates, p.Campaign, p.Action = nil, nil, "/campaigns/77", "/campaigns/77/edit"
		})},
		{"campaign_poster/print", func(f pages.Frame) pages.Page {
			return pages.CampaignPoster{Frame: in(f, "", "/campaigns/77/poster"), Campaign: christmas("running"), Text: text, Link: "https://dinan.example/campaigns/77"}
		}},
		{"home/campaign", func(f pages.Frame) pages.Page {
			return pages.Home{Frame: in(f, "home", "/home"), Alerts: warnings(), Campaigns: []view.Campaign{christmas("running"), epidemic()}, Posts: Posts(1)}
		}},
		{"new_notice/alert", func(f pages.Frame) pages.Page {
			p := pages.NewNotice{
				Frame: in(f, "", "/@mairie/notices"), Organisation: accueil, Place: dinan.Person, Official: true, Level: "alert", Until: "2026-11-24", Once: "x",
				Waiting: []view.WaitingAlert{
					{ID: "1", By: "Yann Kerbrat", Title: "Crue de la Rance", Text: "Ne descendez pas au port. Montez vos voitures.", Until: now.Add(48 * time.Hour)},
					{ID: "2", By: "Marie Le Goff", Title: wordy.Name, Text: "Restez chez vous.", Until: now.Add(24 * time.Hour), Own: true},
				},
				Problems: []view.Problem{{Field: "level", Code: "nobody"}},
			}
			for _, a := range warnings() {
				p.Holding = append(p.Holding, pages.HoldingNotice{Alert: a, End: "/@mairie/notices/1/end"})
			}
			return p
		}},
		{"propose/within", func(f pages.Frame) pages.Page {
			c := christmas("running")
			return pages.Propose{
				Frame: in(f, "", "/ask/new"), Asks: true, Step: "whom", Within: &view.CampaignWithin{Campaign: c, Side: "join"},
				Form: pages.ProposeForm{Kind: "service", Category: "company", Title: "Je viendrais volontiers", Campaign: c.ID, Side: "join", In: "31", Once: "1"},
				Choices: []view.Choice{
					{Audience: view.ToDiscreet, Place: "Centre-Ville", Readers: 3, Selected: true}, {Audience: view.ToNeighbourhood, Place: "Centre-Ville", Readers: 214},
				},
			}
		}},
	}
}
