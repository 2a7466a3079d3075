package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// inventoryRoutes are where team, household and host write, read and sign what is in
// a home.
func (s *Server) inventoryRoutes(r chi.Router) {
	r.Get("/cases/{id:[0-9]+}/inventory/{moment:entry|exit}", s.discreet(s.getInventoryForm))
	r.Post("/cases/{id:[0-9]+}/inventory/{moment:entry|exit}", s.discreet(s.writeInventory))
	r.Get("/cases/{id:[0-9]+}/inventory/sheet", s.discreet(s.getInventorySheet))
	r.Get("/cases/{id:[0-9]+}/inventory", s.discreet(s.getInventory))
	r.Post("/cases/{id:[0-9]+}/inventory", s.discreet(s.changeInventory))
	r.Post("/cases/{id:[0-9]+}/inventory/photographs", s.discreet(s.pictureInventory))
	r.Get("/cases/{id:[0-9]+}/inventory/photographs/{photograph:[0-9]+}", s.discreet(s.getInventoryPicture))
	r.Get("/household/{id:[0-9]+}/inventory", s.discreet(s.getInventory))
	r.Post("/household/{id:[0-9]+}/inventory", s.discreet(s.changeInventory))
	r.Post("/household/{id:[0-9]+}/inventory/photographs", s.discreet(s.pictureInventory))
	r.Get("/household/{id:[0-9]+}/inventory/photographs/{photograph:[0-9]+}", s.discreet(s.getInventoryPicture))
	r.Get("/hosting/{host:[0-9]+}/stays/{case:[0-9]+}/inventory", s.discreet(s.getInventory))
	r.Post("/hosting/{host:[0-9]+}/stays/{case:[0-9]+}/inventory", s.discreet(s.changeInventory))
	r.Post("/hosting/{host:[0-9]+}/stays/{case:[0-9]+}/inventory/photographs", s.discreet(s.pictureInventory))
	r.Get("/hosting/{host:[0-9]+}/stays/{case:[0-9]+}/inventory/photographs/{photograph:[0-9]+}", s.discreet(s.getInventoryPicture))
	r.Get("/hosting/link/{token}/stays/{case:[0-9]+}/inventory", s.byLink(s.getInventory))
	r.Post("/hosting/link/{token}/stays/{case:[0-9]+}/inventory", s.byLink(s.changeInventory))
	r.Post("/hosting/link/{token}/stays/{case:[0-9]+}/inventory/photographs", s.byLink(s.pictureInventory))
	r.Get("/hosting/link/{token}/stays/{case:[0-9]+}/inventory/photographs/{photograph:[0-9]+}", s.byLink(s.getInventoryPicture))
}

// seat is who of the three acts at a stay by the path of a page, and where they come
// from.
type seat struct {
	households.StayHand
	id   instance.CaseID
	back string
}

// role is the word for it on pages.
func (x seat) role() string {
	if x.Party == households.PartyAssociation {
		return "team"
	}
	return string(x.Party)
}

func seatOf(r *http.Request) (x seat, err error) {
	if chi.URLParam(r, "case") != "" {
		x.Party = households.PartyHost
		x.Host, x.id, _, x.back, err = atStay(r)
		return x, err
	}
	x.id, err = instance.ParseID(chi.URLParam(r, "id"))
	x.Person, x.Party, x.back = *me(r), households.PartyAssociation, casePath(x.id)
	if strings.HasPrefix(r.URL.Path, "/household/") {
		x.Party, x.back = households.PartyGuest, "/household/"+x.id.String()
	}
	return x, err
}

// getInventory is what stands in both inventories, side by side.
func (s *Server) getInventory(w http.ResponseWriter, r *http.Request) error {
	return s.showInventory(w, r, http.StatusOK, nil)
}

func (s *Server) showInventory(w http.ResponseWriter, r *http.Request, status int, wrong []view.Problem) error {
	x, err := seatOf(r)
	if err != nil {
		return err
	}
	list, err := s.Households.Inventories(r.Context(), x.StayHand, x.id)
	if errors.Is(err, instance.ErrConflict) && x.Party == households.PartyAssociation {
		return s.done(w, r, "stay.no-stay", x.back) // nobody is to live anywhere yet
	}
	if errors.Is(err, instance.ErrConflict) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	p := pages.StayInventory{Back: x.back, Action: x.back + "/inventory", Role: x.role(), From: list.Stay.From.Date(), Until: list.Stay.Until.Date(), Problems: wrong}
	p.Rooms = besideViews(households.Beside(list.Entry, list.Exit))
	for _, m := range []households.Moment{households.AtEntry, households.AtExit} {
		p.Moments = append(p.Moments, s.inventoryView(x, list, m, p.Action))
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func besideViews(list []households.ItemDifference) []view.InventoryRoom {
	var rooms []view.InventoryRoom
	for _, d := range list {
		if n := len(rooms); n == 0 || rooms[n-1].Name != string(d.Room) {
			rooms = append(rooms, view.InventoryRoom{Name: string(d.Room)})
		}
		room := &rooms[len(rooms)-1]
		room.Items = append(room.Items, view.InventoryItem{
			What: d.What, Text: d.Text, Entry: string(d.Entry), Exit: string(d.Exit), EntryNote: d.EntryNote, ExitNote: d.ExitNote, Differs: d.Differs(),
		})
	}
	return rooms
}

// inventoryView is one inventory with what who reads may do.
func (s *Server) inventoryView(x seat, list households.Inventories, m households.Moment, action string) view.Inventory {
	i, team := list.At(m), x.Party == households.PartyAssociation
	v := view.Inventory{Moment: string(m)}
	if i == nil {
		v.MayWrite = team && (m == households.AtEntry && list.Begun || m == households.AtExit && list.Over)
		return v
	}
	open, halted := i.ShutAt.IsZero(), list.Halted && !team
	v.There, v.Version, v.Hash, v.Made, v.Binds, v.Note = true, i.Version, i.Hash, s.local(i.MadeAt), i.Binds(), i.Contents.Note
	if !open {
		v.Shut = s.local(i.ShutAt)
	}
	for _, what := range households.InventoryKeys {
		if n := i.Contents.Keys[what]; n > 0 {
			v.Keys = append(v.Keys, view.InventoryCount{What: what, Value: strconv.Itoa(n)})
		}
	}
	for _, what := range households.InventoryMeters {
		if reading := i.Contents.Meters[what]; reading != "" {
			v.Meters = append(v.Meters, view.InventoryCount{What: what, Value: reading})
		}
	}
	for _, p := range i.Pictures {
		v.Pictures = append(v.Pictures, view.InventoryPicture{
			ID: p.ID.String(), Src: action + "/photographs/" + p.ID.String(), Room: string(p.Room), Party: string(p.Party), Drop: open && !halted && (team || p.Party == x.Party),
		})
	}
	for _, k := range i.Remarks {
		v.Remarks = append(v.Remarks, view.InventoryRemark{Party: string(k.Party), At: s.local(k.At), Text: k.Body.Text, Lang: k.Body.Language})
	}
	v.MayWrite, v.MayShut, v.MayReopen = team && open, team && open && len(i.Contents.Items) > 0, team && !open && !i.Binds()
	v.MayRemark, v.MayPicture = !halted && !i.Binds(), !halted && open
	paper, own := false, false // the one who reads wrote a signature down, or signed
	for _, party := range households.Parties {
		g, done := i.Signed[party]
		signed := view.StaySignature{Party: string(party), Paper: g.Paper}
		if done {
			signed.At = s.local(g.At)
			paper, own = paper || team && g.By == x.Person.ID && g.Paper, own || team && g.By == x.Person.ID && !g.Paper
		}
		v.Signed = append(v.Signed, signed)
	}
	for _, party := range households.Parties {
		switch _, done := i.Signed[party]; {
		case open || halted || done:
		case party == x.Party:
			v.MaySign = !paper
		case team && !own:
			v.Papers = append(v.Papers, string(party))
		}
	}
	return v
}

// atMoment gives the fields of problems the moment they are about.
func atMoment(err error, moment string) error {
	if invalid, ok := errors.AsType[*instance.Invalid](err); ok && slices.Contains([]string{"remark", "photograph", "room", "understood"}, invalid.Field) {
		return &instance.Invalid{Field: invalid.Field + "-" + moment, Code: invalid.Code, Limit: invalid.Limit}
	}
	return later("steps", err)
}

// changeInventory is what the three do with one.
func (s *Server) changeInventory(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	x, err := seatOf(r)
	if err != nil {
		return err
	}
	ctx, m, tongue := r.Context(), households.Moment(r.PostFormValue("moment")), visitOf(r).language.Tag
	sign := func(party households.Party) error {
		return s.Households.SignInventory(ctx, x.StayHand, x.id, m, party, r.PostFormValue("hash"), tongue)
	}
	switch deed := r.PostFormValue("deed"); deed {
	case "shut":
		err = s.Households.ShutInventory(ctx, x.Person, x.id, m)
	case "reopen":
		err = s.Households.ReopenInventory(ctx, x.Person, x.id, m)
	case "remark":
		err = s.Households.RemarkInventory(ctx, x.StayHand, x.id, m, r.PostFormValue("remark"), tongue)
	case "sign":
		err = signed(r, func(string, string) error { return sign(x.Party) })
	case "paper":
		err = sign(households.Party(r.PostFormValue("party")))
	case "drop":
		var n instance.ID
		if n, err = instance.ParseID(r.PostFormValue("photograph")); err == nil {
			err = s.Households.DropInventoryPicture(ctx, x.StayHand, x.id, m, n)
		}
	default:
		err = unknownDeed("deed")
	}
	return s.inventoryDone(w, r, x, string(m), err)
}

func (s *Server) inventoryDone(w http.ResponseWriter, r *http.Request, x seat, moment string, err error) error {
	if all, ok := problems(atMoment(err, moment)); ok {
		return s.showInventory(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return unseen(err)
	}
	return s.done(w, r, "stay.signed", x.back+"/inventory")
}

// pictureInventory keeps a photograph.
func (s *Server) pictureInventory(w http.ResponseWriter, r *http.Request) error {
	done, err := s.readUpload(w, r)
	defer done()
	if err != nil {
		return err
	}
	x, err := seatOf(r)
	if err != nil {
		return err
	}
	moment := r.PostFormValue("moment")
	file, _, err := r.FormFile("photograph")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return s.inventoryDone(w, r, x, moment, &instance.Invalid{Field: "photograph", Code: "missing"})
	}
	if err != nil {
		return malformed(err)
	}
	err = s.Households.PictureInventory(r.Context(), x.StayHand, x.id, households.Moment(moment), households.InventoryRoom(r.PostFormValue("room")), file)
	return s.inventoryDone(w, r, x, moment, errors.Join(err, file.Close()))
}

// getInventoryPicture answers with a photograph, to the three alone.
func (s *Server) getInventoryPicture(w http.ResponseWriter, r *http.Request) error {
	x, err := seatOf(r)
	if err != nil {
		return err
	}
	n, err := photograph(r)
	if err != nil {
		return err
	}
	content, kind, err := s.Households.InventoryPicture(r.Context(), x.StayHand, x.id, n)
	if err != nil {
		return err
	}
	sendPhotograph(w, content, kind)
	return nil
}
