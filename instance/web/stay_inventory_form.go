package web

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

const (
	otherRows     = 3   // for which the form of an inventory has room at least
	mostOtherRows = 100 // that are read
)

// getInventoryForm is where the team writes an inventory: of the end, with all that
// there was at the beginning.
func (s *Server) getInventoryForm(w http.ResponseWriter, r *http.Request) error {
	x, err := seatOf(r)
	if err != nil {
		return err
	}
	list, err := s.Households.Inventories(r.Context(), x.StayHand, x.id)
	if errors.Is(err, instance.ErrConflict) {
		return s.done(w, r, "stay.no-stay", x.back)
	}
	if err != nil {
		return err
	}
	var c households.Contents
	if i := list.At(households.Moment(chi.URLParam(r, "moment"))); i != nil {
		if !i.ShutAt.IsZero() {
			SeeOther(w, r, x.back+"/inventory")
			return nil
		}
		c = i.Contents
	} else if list.Entry != nil {
		for _, item := range list.Entry.Contents.Items {
			item.State, item.Note = "", ""
			c.Items = append(c.Items, item)
		}
	}
	return s.showInventoryForm(w, r, http.StatusOK, c, otherRows, nil)
}

// fieldOf is the end of the names of the fields of an item that there is in any home.
func fieldOf(room households.InventoryRoom, what string) string { return string(room) + "-" + what }

func (s *Server) showInventoryForm(w http.ResponseWriter, r *http.Request, status int, c households.Contents, more int, wrong []view.Problem) error {
	x, err := seatOf(r)
	if err != nil {
		return err
	}
	moment := chi.URLParam(r, "moment")
	p := pages.StayInventoryForm{Back: x.back + "/inventory", Action: x.back + "/inventory/" + moment, Moment: moment, Note: c.Note, Problems: wrong}
	before := map[string]string{}
	if moment == string(households.AtExit) {
		list, err := s.Households.Inventories(r.Context(), x.StayHand, x.id)
		if err != nil {
			return err
		}
		for _, d := range households.Beside(list.Entry, nil) {
			before[fieldOf(d.Room, d.What+d.Text)] = string(d.Entry)
		}
	}
	has := map[string]households.InventoryItem{}
	for _, i := range c.Items {
		if i.What != "" {
			has[fieldOf(i.Room, i.What)] = i
			continue
		}
		p.Others = append(p.Others, view.InventoryRow{ID: strconv.Itoa(len(p.Others) + 1), Room: string(i.Room), Text: i.Text, State: string(i.State), Note: i.Note, Entry: before[fieldOf(i.Room, i.Text)]})
	}
	for range more {
		p.Others = append(p.Others, view.InventoryRow{ID: strconv.Itoa(len(p.Others) + 1)})
	}
	p.Rooms = inventoryRooms()
	for _, room := range p.Rooms {
		for n := range room.Rows {
			row := &room.Rows[n]
			row.State, row.Note, row.Entry = string(has[row.ID].State), has[row.ID].Note, before[row.ID]
		}
	}
	for _, what := range households.InventoryKeys {
		k := view.InventoryCount{What: what}
		if n := c.Keys[what]; n > 0 {
			k.Value = strconv.Itoa(n)
		}
		p.Keys = append(p.Keys, k)
	}
	for _, what := range households.InventoryMeters {
		p.Meters = append(p.Meters, view.InventoryCount{What: what, Value: c.Meters[what]})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// inventoryRooms are the lines for what there is in any home.
func inventoryRooms() []view.InventoryFormRoom {
	var rooms []view.InventoryFormRoom
	for _, name := range households.InventoryRooms {
		room := view.InventoryFormRoom{Name: string(name)}
		for _, what := range households.InventoryItems[name] {
			room.Rows = append(room.Rows, view.InventoryRow{ID: fieldOf(name, what), What: what})
		}
		rooms = append(rooms, room)
	}
	return rooms
}

// readInventory reads the form. A line that says nothing is not there.
func readInventory(r *http.Request) households.Contents {
	c := households.Contents{Note: r.PostFormValue("note"), Keys: map[string]int{}, Meters: map[string]string{}}
	add := func(i households.InventoryItem, field string) {
		i.State, i.Note = households.ItemState(r.PostFormValue("state-"+field)), r.PostFormValue("note-"+field)
		if i.State != "" || i.Note != "" || i.Text != "" {
			c.Items = append(c.Items, i)
		}
	}
	for _, room := range households.InventoryRooms {
		for _, what := range households.InventoryItems[room] {
			add(households.InventoryItem{Room: room, What: what}, fieldOf(room, what))
		}
	}
	for n := 1; n <= mostOtherRows; n++ {
		field := strconv.Itoa(n)
		if text := r.PostFormValue("text-" + field); text != "" {
			add(households.InventoryItem{Room: households.InventoryRoom(r.PostFormValue("room-" + field)), Text: text}, field)
		}
	}
	for _, what := range households.InventoryKeys {
		if text := r.PostFormValue("key-" + what); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				n = -1
			}
			c.Keys[what] = n
		}
	}
	for _, what := range households.InventoryMeters {
		if text := r.PostFormValue("meter-" + what); text != "" {
			c.Meters[what] = text
		}
	}
	return c
}

// writeInventory keeps it.
func (s *Server) writeInventory(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	x, err := seatOf(r)
	if err != nil {
		return err
	}
	if _, err := s.Households.Case(r.Context(), x.Person, x.id); err != nil {
		return err
	}
	c := readInventory(r)
	if r.PostFormValue("deed") == "more" {
		return s.showInventoryForm(w, r, http.StatusOK, c, 2*otherRows, nil)
	}
	err = s.Households.WriteInventory(r.Context(), x.Person, x.id, households.Moment(chi.URLParam(r, "moment")), c)
	if all, ok := problems(later("steps", err)); ok {
		return s.showInventoryForm(w, r, http.StatusUnprocessableEntity, c, otherRows, all)
	}
	if err != nil {
		return unseen(err)
	}
	return s.done(w, r, "stay.signed", x.back+"/inventory")
}

// getInventorySheet is an empty one, for whoever goes to the home without a screen.
func (s *Server) getInventorySheet(w http.ResponseWriter, r *http.Request) error {
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	p := pages.StayInventorySheet{Back: casePath(c.ID) + "/inventory", Label: households.Label(c.ID), Rooms: inventoryRooms(), Keys: households.InventoryKeys, Meters: households.InventoryMeters}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}
