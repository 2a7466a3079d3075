package web

import (
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"slices"

	"palier/instance"
	"palier/instance/media"
	"palier/instance/posts"
	"palier/instance/web/view"
)

// composition is what somebody wrote into the composer.
type composition struct {
	draft    instance.Draft
	problems []view.Problem
}

// fits tells whether everything can be taken, as far as the form can tell.
func (c *composition) fits() bool { return len(c.problems) == 0 }

// refuse notes why a use-case did not take the draft. It returns false for an
// error that is not the form's to show.
func (c *composition) refuse(err error) bool {
	all, ok := problems(err)
	for _, p := range all {
		if p.Field == "description" {
			p.Field = "pictures" // the fields of descriptions have no place for a word
		}
		c.problems = append(c.problems, p)
	}
	return ok
}

// writing is what was written, for the form to show again. held are the
// pictures it can still have.
func (c *composition) writing(site instance.Site, held []instance.Picture) view.Writing {
	d := c.draft
	shown := view.Writing{Title: d.Title, Text: d.Text, Warning: d.Warning, Language: d.Language}
	if d.Poll != nil {
		shown.Poll = view.PollWriting{Options: d.Poll.Options, Multiple: d.Poll.Multiple, HideTotals: d.Poll.HideTotals, Lasts: lastsWord(d.Poll.Lasts)}
	}
	for i, id := range d.Pictures {
		at := slices.IndexFunc(held, func(m instance.Picture) bool { return m.ID == id })
		if at < 0 {
			continue
		}
		m := held[at]
		if i < len(d.Descriptions) {
			m.Description = d.Descriptions[i]
		}
		shown.Pictures = append(shown.Pictures, pictureView(site, m))
	}
	return shown
}

// readComposition reads the words of a composer's form, and which of the
// pictures it showed are kept. The form has to be read already.
func readComposition(r *http.Request) *composition {
	form := r.PostForm
	c := &composition{draft: instance.Draft{
		Title: form.Get("title"), Text: form.Get("text"), Warning: form.Get("warning"), Language: form.Get("language"), Once: form.Get("once"),
	}}
	c.draft.Poll = readPoll(form)
	described := form["kept-description"]
	for i, text := range form["picture"] {
		id, err := instance.ParseID(text)
		if err != nil || slices.Contains(form["drop"], text) {
			continue
		}
		description := ""
		if i < len(described) {
			description = described[i]
		}
		c.draft.Pictures = append(c.draft.Pictures, id)
		c.draft.Descriptions = append(c.draft.Descriptions, description)
	}
	if c.draft.Language != "" && !slices.ContainsFunc(tongues, func(t view.Option) bool { return t.Value == c.draft.Language }) {
		c.problems = append(c.problems, view.Problem{Field: "language", Code: "unknown"})
	}
	return c
}

// takePictures keeps the pictures that came with the form, for the post to
// come. What is no picture is a problem of the form.
func (s *Server) takePictures(ctx context.Context, r *http.Request, owner instance.ActorID, c *composition) error {
	if r.MultipartForm == nil {
		return nil
	}
	files, described := r.MultipartForm.File["pictures"], r.PostForm["description"]
	if len(c.draft.Pictures)+len(files) > instance.MaxPictures {
		c.problems = append(c.problems, view.Problem{Field: "pictures", Code: "too-many", Limit: instance.MaxPictures})
		return nil
	}
	for i, file := range files {
		m, err := s.takePicture(ctx, owner, file)
		var refusal *media.Refusal
		if errors.As(err, &refusal) {
			c.problems = append(c.problems, refused("pictures", refusal))
			continue
		}
		if err != nil {
			return err
		}
		description := ""
		if i < len(described) {
			description = described[i]
		}
		c.draft.Pictures = append(c.draft.Pictures, m.ID)
		c.draft.Descriptions = append(c.draft.Descriptions, description)
	}
	return nil
}

func (s *Server) takePicture(ctx context.Context, owner instance.ActorID, file *multipart.FileHeader) (_ instance.Picture, err error) {
	f, err := file.Open()
	if err != nil {
		return instance.Picture{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return s.Posts.Upload(ctx, owner, f, posts.PictureNote{})
}

// refused tells in the form's terms why a picture was not taken.
func refused(field string, r *media.Refusal) view.Problem {
	if errors.Is(r, media.ErrTooLarge) {
		return view.Problem{Field: field, Code: "too-big", Limit: int(r.Limit >> 20)}
	}
	if kind := r.Kind(); kind != "" {
		return view.Problem{Field: field, Code: "file-" + kind}
	}
	return view.Problem{Field: field, Code: "unreadable"}
}
