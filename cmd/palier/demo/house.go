package demo

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/buildings"
	"palier/instance/exchange"
	"palier/instance/organisations"
	"palier/instance/screens"
)

// residence gives the residence of the demo a syndic, works, a meeting with its
// papers, incidents, a poll, a question with its answer, and a screen in the hall.
func (f filler) residence(ctx context.Context) error {
	defer f.clock.standBack(0)
	a := f.at("tilleuls").app
	n, err := a.Places.Named(ctx, "tilleuls")
	if err != nil {
		return err
	}
	h := household{filler: f, app: a, place: n.ID}
	for _, step := range []func(context.Context) error{h.manager, h.papers, h.troubles, h.talk, h.screen} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("the residence: %w", err)
		}
	}
	return f.settled(ctx)
}

type household struct {
	filler

	app    *app.App
	place  instance.ActorID
	syndic instance.Organisation
}

func (h *household) as(ctx context.Context, name string) (instance.Viewer, error) {
	return h.viewer(ctx, h.app, name)
}

// manager opens the page of the syndic, for which Maryse acts.
func (h *household) manager(ctx context.Context) error {
	h.clock.standBack(12 * 24 * time.Hour)
	maryse, err := h.app.People.Named(ctx, "maryse")
	if err != nil {
		return err
	}
	h.syndic, err = h.app.Organisations.Open(ctx, organisations.Plan{
		Username: "cabinet_lainerie", Title: "Cabinet de la Lainerie", Sort: instance.Syndic, Place: h.place, Agent: maryse.ID,
	})
	return err
}

// papers are the works, the general meeting and what is handed out for it.
func (h *household) papers(ctx context.Context) error {
	h.clock.standBack(4 * 24 * time.Hour)
	v, err := h.as(ctx, "maryse")
	if err != nil {
		return err
	}
	now := time.Now()
	at := func(days, hour int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+days, hour, 0, 0, 0, now.Location())
	}
	hall := buildings.Telling{Hall: true}
	for _, w := range []instance.WorksPlan{
		{What: "Réparation de l’ascenseur", Cut: "lift", From: at(-1, 8), Until: at(2, 18)},
		{What: "Remplacement de la colonne d’eau", Concerns: "Escalier B", Cut: "water", From: at(3, 9), Until: at(3, 12)},
	} {
		if _, err := h.app.Buildings.Announce(ctx, v, h.place, hall, w); err != nil {
			return err
		}
	}
	meeting, err := h.app.Buildings.Convene(ctx, v, h.place, hall, instance.AssemblyPlan{
		At: at(18, 18), Where: "Maison des associations, salle 2", Agenda: "1. Comptes de l’année\n2. Toiture : trois devis\n3. Local à vélos",
	})
	if err != nil {
		return err
	}
	_, err = h.app.Buildings.Add(ctx, v, h.place, 0, instance.DocumentPlan{Title: "Convocation et devis de toiture", Content: sheetOfPaper("Les Tilleuls - assemblee generale"), Assembly: meeting})
	return err
}

// troubles are an incident that the syndic was told of and one that a neighbour
// settled.
func (h *household) troubles(ctx context.Context) error {
	h.clock.standBack(50 * time.Hour)
	jean, err := h.as(ctx, "jean")
	if err != nil {
		return err
	}
	leak, err := h.app.Buildings.Report(ctx, jean, h.place, buildings.Telling{To: h.syndic.ID, Hall: true}, instance.IncidentPlan{What: "Fuite sous le plafond du parking", Where: "Niveau -1, place 12"})
	if err != nil {
		return err
	}
	lamp, err := h.app.Buildings.Report(ctx, jean, h.place, buildings.Telling{}, instance.IncidentPlan{What: "Ampoule grillée", Where: "Palier du 2e"})
	if err != nil {
		return err
	}
	h.clock.standBack(30 * time.Hour)
	maryse, err := h.as(ctx, "maryse")
	if err != nil {
		return err
	}
	if err := h.app.Buildings.Move(ctx, maryse, h.place, leak, instance.IncidentTaken, "Le plombier passe jeudi matin"); err != nil {
		return err
	}
	tomasz, err := h.as(ctx, "tomasz")
	if err != nil {
		return err
	}
	return h.app.Buildings.Move(ctx, tomasz, h.place, lamp, instance.IncidentSettled, "Remplacée")
}

// talk is a poll among residents, a question that the syndic answered, and
// something that anyone who passes may read.
func (h *household) talk(ctx context.Context) error {
	h.clock.standBack(26 * time.Hour)
	lucie, err := h.as(ctx, "lucie")
	if err != nil {
		return err
	}
	_, err = h.app.Posts.Publish(ctx, lucie, instance.Draft{
		Title: "Le local à vélos", Text: "On le ferme à clé le soir ?", Language: "fr", Audience: instance.ToBuilding, Group: h.place,
		Poll: &instance.PollDraft{Options: []string{"Oui, à 22 h", "Non, il reste ouvert"}, Lasts: 7 * 24 * time.Hour},
	})
	if err != nil {
		return err
	}
	amina, err := h.app.People.Named(ctx, "amina")
	if err != nil {
		return err
	}
	err = h.app.Organisations.Ask(ctx, amina.ID, organisations.Ask{To: h.syndic.ID, Place: h.place, Text: "Qui paie la pièce de l’ascenseur : la copropriété ou l’assurance ?", Shared: true})
	if err != nil {
		return err
	}
	h.clock.standBack(20 * time.Hour)
	maryse, err := h.app.People.Named(ctx, "maryse")
	if err != nil {
		return err
	}
	box, err := h.app.Organisations.Box(ctx, maryse, h.syndic.ID, 0, 1)
	if err != nil || len(box) == 0 {
		return err
	}
	if err := h.app.Organisations.Answer(ctx, maryse, box[0].ID, "L’assurance, moins la franchise de 150 €. Le détail sera dans les comptes."); err != nil {
		return err
	}
	tomasz, err := h.as(ctx, "tomasz")
	if err != nil {
		return err
	}
	if err := h.app.Screens.Agree(ctx, tomasz.ID, true); err != nil {
		return err
	}
	_, err = h.app.Exchange.Publish(ctx, tomasz, instance.Draft{
		Title: "Quelqu’un aurait un escabeau pour samedi ?", Text: "Pour changer deux ampoules.", Language: "fr", Audience: instance.ToPublic, Reach: 2, Group: h.place, Kind: instance.KindLending,
		Proposal: &instance.Proposal{Purpose: instance.Asking, Status: instance.ProposalOpen, Category: "tools", Quantity: instance.One, Available: instance.One, Unit: "one"},
	}, exchange.Opening{})
	return err
}

// screen hangs a screen in the hall.
func (h *household) screen(ctx context.Context) error {
	h.clock.standBack(0)
	amina, err := h.as(ctx, "amina")
	if err != nil {
		return err
	}
	code, err := h.app.Screens.Pair(ctx, screens.NewSecret())
	if err != nil {
		return err
	}
	plan := instance.ScreenPlan{Name: "Hall, près des boîtes aux lettres", Playlist: []string{"alerts", "building", "events", "asks", "codes"}, Language: "fr"}
	if _, err := h.app.Screens.Bind(ctx, amina, true, h.place, code.Text, plan); err != nil {
		return err
	}
	return h.app.Proofs.KeepHallCodes(ctx, h.place, amina.ID)
}

// screens returns the addresses at which a browser becomes one of the screens of a
// server. They are new at each start: of those before only hashes are kept.
func (s *server) screens(ctx context.Context) ([]string, error) {
	operator, err := s.app.People.Operator(ctx)
	if err != nil || operator == nil {
		return nil, err
	}
	var list []string
	for _, g := range s.town.groups {
		n, err := s.app.Places.Named(ctx, g.username)
		if err != nil {
			return nil, err
		}
		hung, err := s.app.Screens.In(ctx, n.ID)
		if err != nil {
			return nil, err
		}
		for _, x := range hung {
			secret, err := s.app.Screens.Readdress(ctx, instance.Viewer{ID: operator.ID}, true, n.ID, x.ID)
			if err != nil {
				return nil, err
			}
			list = append(list, s.url+"/screen/start/"+secret)
		}
	}
	return list, nil
}

// sheetOfPaper is the smallest document with a line of text in it.
func sheetOfPaper(line string) []byte {
	var b bytes.Buffer
	text := "BT /F1 18 Tf 72 760 Td (" + line + ") Tj ET"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	b.WriteString("%PDF-1.4\n")
	starts := make([]int, len(objects))
	for i, o := range objects {
		starts[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range starts {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return b.Bytes()
}
