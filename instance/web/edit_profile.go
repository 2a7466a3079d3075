package web

import (
	"errors"
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
	portrait, err := s.portrait(r)
	var refusal *media.Refusal
	if errors.As(err, &refusal) {
		return s.showEditProfile(w, r, http.StatusUnprocessableEntity, p, []view.Problem{refused("picture", refusal)})
	}
	if err != nil {
		return err
	}
	if portrait != "" {
		p.Icon = portrait
	}
	err = s.People.EditProfile(r.Context(), me(r).ID, p)
	if err != nil {
		// Not kept: nothing may be left of it but the words on the page.
		err = errors.Join(err, s.Pictures.Delete(r.Context(), portrait))
		p.Icon = me(r).Icon
	} else if portrait != "" {
		err = s.Pictures.Delete(r.Context(), me(r).Icon)
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

// portrait keeps the portrait that came with the form and returns its file, the
// smaller copy: nobody is shown larger. It is empty if none came.
func (s *Server) portrait(r *http.Request) (string, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File["picture"]) == 0 {
		return "", nil
	}
	kept, err := s.keepFile(r.Context(), r.MultipartForm.File["picture"][0])
	if err != nil {
		return "", err
	}
	return kept.Thumb, s.Pictures.Delete(r.Context(), kept.File)
}

func (s *Server) showEditProfile(w http.ResponseWriter, r *http.Request, status int, p people.Profile, all []view.Problem) error {
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	shown := personView(s.Site, me(r).Actor)
	shown.Name = p.Name
	page := pages.EditProfile{Frame: f, Person: shown, Summary: p.Summary, Locked: p.Locked, Hidden: p.HideCollections, Problems: all}
	for _, field := range p.Fields {
		page.Fields = append(page.Fields, view.FieldText{Name: field.Name, Value: field.Value})
	}
	for len(page.Fields) < people.MaxFields {
		page.Fields = append(page.Fields, view.FieldText{})
	}
	return s.HTML(w, r, status, page)
}
