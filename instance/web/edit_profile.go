package web

import (
	"context"
	"errors"
	"mime/multipart"
	"net/http"

	"palier/instance"
	"palier/instance/media"
	"palier/instance/people"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getEditProfile is where a person says who they are.
func (s *Server) getEditProfile(w http.ResponseWriter, r *http.Request) error {
	p, err := s.People.Profile(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	return s.showEditProfile(w, r, http.StatusOK, p, nil)
}

// editProfile keeps what they say.
func (s *Server) editProfile(w http.ResponseWriter, r *http.Request) error {
	done, err := s.readUpload(w, r)
	defer done()
	if err != nil {
		return err
	}
	p := typedProfile(r)
	before := worn{me(r).Icon, me(r).Image}
	chosen, all, err := s.chooseWorn(r, before)
	if err != nil {
		return err
	}
	p.Icon, p.Image = chosen.icon, chosen.image
	if len(all) > 0 {
		return s.showEditProfile(w, r, http.StatusUnprocessableEntity, p, all)
	}
	err = s.People.EditProfile(r.Context(), me(r).ID, p)
	if err != nil {
		// Not kept: nothing may be left of it but the words on the page.
		err = errors.Join(err, s.letGo(r.Context(), chosen, before))
	} else {
		err = s.letGo(r.Context(), before, chosen)
	}
	if all, ok := problems(err); ok {
		return s.showEditProfile(w, r, http.StatusUnprocessableEntity, p, all)
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "profile.saved"})
	SeeOther(w, r, "/@"+me(r).Acct())
	return nil
}

// typedProfile is what the form says. What it does not ask for stays.
func typedProfile(r *http.Request) people.Profile {
	a := me(r)
	p := people.Profile{
		Name: r.PostFormValue("name"), Summary: r.PostFormValue("summary"), Icon: a.Icon, Locked: r.PostFormValue("locked") == "yes",
		Discoverable: a.Discoverable, Indexable: a.Indexable, Image: a.Image, Bot: a.Kind == instance.Service,
		HideCollections: r.PostFormValue("hidden") == "yes",
	}
	values := r.PostForm["value"]
	for i, name := range r.PostForm["field"] {
		f := instance.Field{Name: name}
		if i < len(values) {
			f.Value = values[i]
		}
		p.Fields = append(p.Fields, f)
	}
	return p
}

// worn are the files of a portrait and of the wide picture above a page.
type worn struct{ icon, image string }

// chooseWorn keeps the pictures that came with a form, or takes off those it
// says to; what it says nothing of stays. What is no picture is a problem of the
// form, and nothing is kept then.
func (s *Server) chooseWorn(r *http.Request, before worn) (chosen worn, all []view.Problem, err error) {
	chosen = before
	for _, part := range []struct {
		field string
		of    instance.PictureOf
		file  *string
	}{{"picture", instance.OfPortrait, &chosen.icon}, {"header", instance.OfHeader, &chosen.image}} {
		if r.PostFormValue("drop-"+part.field) == "yes" {
			*part.file = ""
		}
		if r.MultipartForm == nil || len(r.MultipartForm.File[part.field]) == 0 {
			continue
		}
		file, err := s.takeWorn(r.Context(), part.of, r.MultipartForm.File[part.field][0])
		var refusal *media.Refusal
		switch {
		case errors.As(err, &refusal):
			all = append(all, refused(part.field, refusal))
		case err != nil:
			return before, nil, errors.Join(err, s.letGo(r.Context(), chosen, before))
		default:
			*part.file = file
		}
	}
	if len(all) > 0 {
		err = s.letGo(r.Context(), chosen, before)
		chosen = before
	}
	return chosen, all, err
}

func (s *Server) takeWorn(ctx context.Context, of instance.PictureOf, file *multipart.FileHeader) (_ string, err error) {
	f, err := file.Open()
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return s.Portraits.Take(ctx, of, f)
}

// letGo throws away what was worn and is not any more.
func (s *Server) letGo(ctx context.Context, old, now worn) error {
	var files []string
	if old.icon != now.icon {
		files = append(files, old.icon)
	}
	if old.image != now.image {
		files = append(files, old.image)
	}
	return s.Pictures.Delete(context.WithoutCancel(ctx), files...)
}

func (s *Server) showEditProfile(w http.ResponseWriter, r *http.Request, status int, p people.Profile, all []view.Problem) error {
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	shown := personView(s.Site, me(r).Actor)
	shown.Name = p.Name
	page := pages.EditProfile{Frame: f, Person: shown, Header: s.Site.Header(me(r).Actor), Summary: p.Summary, Locked: p.Locked, Hidden: p.HideCollections, Problems: all}
	for _, field := range p.Fields {
		page.Fields = append(page.Fields, view.FieldText{Name: field.Name, Value: field.Value})
	}
	for len(page.Fields) < people.MaxFields {
		page.Fields = append(page.Fields, view.FieldText{})
	}
	return s.HTML(w, r, status, page)
}
