package web

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// HTML answers with a page on which those who share a neighbourhood with the
// one who reads stand with their full names. Everything that is put together
// before, and all that is no page, such as feeds, documents and what programs
// are told, knows only the names that everybody sees: a place that is forgotten
// shows less, never more.
func (s *Server) HTML(w http.ResponseWriter, r *http.Request, status int, p pages.Page) error {
	if v := visitOf(r); v.account != nil {
		named, err := s.withFullNames(r.Context(), v.viewer, p)
		if err != nil {
			return err
		}
		p = named
	}
	return s.Pages.HTML(w, r, status, p)
}

func (s *Server) withFullNames(ctx context.Context, reader instance.Viewer, p pages.Page) (pages.Page, error) {
	page := reflect.New(reflect.TypeOf(p)).Elem()
	page.Set(reflect.ValueOf(p))
	shown := map[instance.ActorID][]*view.Person{}
	neighbours(page, shown)
	if len(shown) == 0 {
		return p, nil
	}
	ids := make([]instance.ActorID, 0, len(shown))
	for id := range shown {
		ids = append(ids, id)
	}
	names, err := s.People.FullNames(ctx, reader, ids)
	if err != nil {
		return nil, err
	}
	for id, name := range names {
		for _, who := range shown[id] {
			who.Name = name
		}
	}
	named, ok := page.Interface().(pages.Page)
	if !ok {
		return p, nil
	}
	return named, nil
}

var shownPerson = reflect.TypeFor[view.Person]()

// neighbours collects the people of this server that a page shows.
func neighbours(v reflect.Value, into map[instance.ActorID][]*view.Person) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && fromPages(v.Type().Elem()) {
			neighbours(v.Elem(), into)
		}
	case reflect.Slice:
		if !fromPages(v.Type().Elem()) {
			return
		}
		for i := range v.Len() {
			neighbours(v.Index(i), into)
		}
	case reflect.Struct:
		if v.Type() == shownPerson {
			collect(v, into)
			return
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && fromPages(f.Type) {
				neighbours(v.Field(i), into)
			}
		}
	default:
	}
}

func collect(v reflect.Value, into map[instance.ActorID][]*view.Person) {
	who, ok := v.Addr().Interface().(*view.Person)
	if !ok || who.Kind != view.Resident || strings.Contains(who.Handle, "@") {
		return
	}
	if id, err := instance.ParseID(who.ID); err == nil {
		into[instance.ActorID(id)] = append(into[instance.ActorID(id)], who)
	}
}

// fromPages tells whether a type can hold people that a page shows.
func fromPages(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	at := t.PkgPath()
	return t.Kind() == reflect.Struct && (at == shownPerson.PkgPath() || at == reflect.TypeFor[pages.Frame]().PkgPath())
}
