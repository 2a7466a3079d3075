package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/instance/writing"
)

// getMessages lists the private conversations of the one who reads.
func (s *Server) getMessages(w http.ResponseWriter, r *http.Request) error {
	before := idIn(r, "before")
	list, next, err := s.Conversations.List(r.Context(), visitOf(r).viewer, instance.Page{Before: before, Limit: perPage})
	if err != nil {
		return err
	}
	var p pages.Messages
	for _, c := range list {
		p.Conversations = append(p.Conversations, s.conversationView(c, me(r).ID))
	}
	if before != 0 {
		p.Pager.Newer = "/messages"
	}
	if next != 0 {
		p.Pager.Older = "/messages?before=" + next.String()
	}
	if p.Frame, err = s.frame(w, r, "messages"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) conversationView(c instance.Conversation, me instance.ActorID) view.Conversation {
	shown := view.Conversation{Path: "/messages/" + c.ID.String(), Unread: c.Unread}
	for _, a := range c.Others {
		shown.With = append(shown.With, personView(s.Site, a))
	}
	if c.Last != nil {
		shown.Excerpt, shown.Language, shown.At = excerpt(c.Last), c.Last.Language, c.Last.PublishedAt
		shown.Mine = c.Last.Author.ID == me
	}
	return shown
}

// conversationIn is the conversation of the one who asks that the path names.
func (s *Server) conversationIn(r *http.Request) (instance.Conversation, error) {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return instance.Conversation{}, err
	}
	return s.Conversations.ByID(r.Context(), visitOf(r).viewer, instance.ConversationID(id))
}

// getMessage shows a conversation, and notes that it was read.
func (s *Server) getMessage(w http.ResponseWriter, r *http.Request) error {
	c, err := s.conversationIn(r)
	if err != nil {
		return err
	}
	if c.Unread {
		if err := s.Conversations.MarkRead(r.Context(), me(r).ID, c.ID); err != nil {
			return err
		}
	}
	return s.showMessage(w, r, http.StatusOK, c, pages.Message{Once: newOnce()})
}

func (s *Server) showMessage(w http.ResponseWriter, r *http.Request, status int, c instance.Conversation, p pages.Message) error {
	v, before := visitOf(r), idIn(r, "before")
	found, next, err := s.Conversations.Messages(r.Context(), v.viewer, c.ID, instance.Page{Before: before, Limit: perPage})
	if err != nil {
		return err
	}
	slices.Reverse(found)
	p.Conversation = s.conversationView(c, me(r).ID)
	for _, m := range found {
		p.Posts = append(p.Posts, s.postView(m, v))
	}
	if before != 0 {
		p.Pager.Newer = p.Conversation.Path
	}
	if next != 0 {
		p.Pager.Older = p.Conversation.Path + "?before=" + next.String()
	}
	if p.Frame, err = s.frame(w, r, "messages"); err != nil {
		return err
	}
	p.Here = p.Conversation.Path
	return s.HTML(w, r, status, p)
}

// answerMessage answers in a conversation, to all who take part in it.
func (s *Server) answerMessage(w http.ResponseWriter, r *http.Request) error {
	c, err := s.conversationIn(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	text := r.PostFormValue("text")
	d := instance.Draft{Text: addressed(text, c.Others, me(r).ID), Audience: instance.ToMentioned, Language: me(r).Locale, Once: r.PostFormValue("once")}
	if c.Last != nil {
		d.ReplyTo = c.Last.ID
	}
	all := missing(r, "text")
	if all == nil {
		_, err = s.Posts.Publish(r.Context(), visitOf(r).viewer, d)
		all, _ = problems(err)
	}
	if all != nil {
		return s.showMessage(w, r, http.StatusUnprocessableEntity, c, pages.Message{Text: text, Problems: all, Once: d.Once})
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "message.sent", Sent: "message-" + c.ID.String()})
	SeeOther(w, r, "/messages/"+c.ID.String()+"#reply")
	return nil
}

// addressed names those a message is for and that it does not name itself: on
// the network that is who gets it.
func addressed(text string, others []instance.Actor, me instance.ActorID) string {
	named := writing.Mentions(text)
	var missing []string
	for _, a := range others {
		if handle := strings.ToLower(a.Acct()); a.ID != me && !slices.Contains(named, handle) {
			missing = append(missing, "@"+a.Acct())
		}
	}
	return strings.TrimSpace(strings.Join(append(missing, text), " "))
}

// deleteMessage takes a conversation out of the list.
func (s *Server) deleteMessage(w http.ResponseWriter, r *http.Request) error {
	c, err := s.conversationIn(r)
	if err != nil {
		return err
	}
	if err := s.Conversations.Delete(r.Context(), me(r).ID, c.ID); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "message.deleted"})
	SeeOther(w, r, "/messages")
	return nil
}

// recipient is whom a new message is for.
func (s *Server) recipient(r *http.Request, handle string) (instance.Actor, error) {
	a, err := s.People.Known(r.Context(), strings.TrimPrefix(handle, "@"))
	if err != nil {
		return a, err
	}
	if a.Kind == instance.Group || a.Local() && a.Kind == instance.Organization || a.ID == me(r).ID {
		return a, instance.ErrNotFound
	}
	return a, nil
}

// getNewMessage is where one writes to somebody alone.
func (s *Server) getNewMessage(w http.ResponseWriter, r *http.Request) error {
	a, err := s.recipient(r, r.URL.Query().Get("to"))
	if err != nil {
		return err
	}
	return s.showNewMessage(w, r, http.StatusOK, a, pages.NewMessage{Once: newOnce()})
}

func (s *Server) showNewMessage(w http.ResponseWriter, r *http.Request, status int, to instance.Actor, p pages.NewMessage) error {
	var err error
	if p.Frame, err = s.frame(w, r, "messages"); err != nil {
		return err
	}
	p.To = personView(s.Site, to)
	return s.HTML(w, r, status, p)
}

// sendMessage writes to somebody alone.
func (s *Server) sendMessage(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	to, err := s.recipient(r, r.PostFormValue("to"))
	if err != nil {
		return err
	}
	text := r.PostFormValue("text")
	d := instance.Draft{Text: addressed(text, []instance.Actor{to}, me(r).ID), Audience: instance.ToMentioned, Language: me(r).Locale, Once: r.PostFormValue("once")}
	var sent *instance.Post
	all := missing(r, "text")
	if all == nil {
		sent, err = s.Posts.Publish(r.Context(), visitOf(r).viewer, d)
		all, _ = problems(err)
	}
	if all != nil {
		return s.showNewMessage(w, r, http.StatusUnprocessableEntity, to, pages.NewMessage{Text: text, Problems: all, Once: d.Once})
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "message.sent", Sent: "message-to-" + to.ID.String()})
	latest, _, err := s.Conversations.List(r.Context(), visitOf(r).viewer, instance.Page{Limit: 1})
	if err != nil {
		return err
	}
	if len(latest) == 1 && latest[0].LastID == sent.ID {
		SeeOther(w, r, "/messages/"+latest[0].ID.String())
		return nil
	}
	SeeOther(w, r, "/messages")
	return nil
}
