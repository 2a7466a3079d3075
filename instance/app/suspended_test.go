package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/actors"
	"palier/instance/moderation"
	"palier/instance/store"
)

// cutOff is somebody on a server that will be suspended, under one of its names.
type cutOff struct {
	instance.Actor
	post, reply *instance.Post
}

// arrives keeps somebody from a host whom Amina follows, who posts in the
// neighbourhood and answers there. Their server never answers, nor is asked.
func (o *others) arrives(id instance.ActorID, host string, to *instance.Post) cutOff {
	o.t.Helper()
	uri, at := "https://"+host+"/u", time.Now()
	c := cutOff{Actor: instance.Actor{
		ID: id, URI: uri, Kind: instance.Person, Username: "spam", Name: "Spam", Host: host, Inbox: uri + "/inbox", Followers: uri + "/followers",
		CreatedAt: at, UpdatedAt: at,
	}}
	o.must(o.ours.DB.InTx(o.ctx, func(tx store.Tx) error { return actors.Save(o.ctx, tx, c.Actor, "") }))
	o.must(o.ours.DB.InTx(o.ctx, func(tx store.Tx) error {
		if _, err := tx.Exec(o.ctx, `
			INSERT INTO follows (id, uri, follower_id, followee_id, state, created_at)
			VALUES ($1, $2, $3, $4, 'accepted', $5)`, id, fmt.Sprintf("%s/f/%d", o.ours.URL, id), o.amina.ID, c.ID, store.Millis(at)); err != nil {
			return err
		}
		group := o.rue.Actor
		c.post = &instance.Post{
			URI: uri + "/1", Author: c.Actor, Kind: "post", Content: "<p>Publicité de " + host + "</p>", Language: "fr",
			Audience: instance.ToPublic, Group: &group, PublishedAt: at,
		}
		c.reply = &instance.Post{
			URI: uri + "/2", Author: c.Actor, Kind: "post", Content: "<p>Publicité en réponse de " + host + "</p>", Language: "fr",
			Audience: instance.ToPublic, ReplyToURI: to.URI, PublishedAt: at,
		}
		for _, p := range []*instance.Post{c.post, c.reply} {
			if err := o.ours.Posts.ReceiveIn(o.ctx, tx, p, ""); err != nil {
				return err
			}
		}
		_, err := tx.Exec(o.ctx, `
			INSERT INTO boosts (id, uri, actor_id, post_id)
			VALUES ($1, $2, $3, $4)`, c.post.ID, fmt.Sprintf("%s/b/%d", o.ours.URL, id), group.ID, c.post.ID)
		return err
	}))
	return c
}

// What is suspended is shut out everywhere at once, under every name it goes
// by: what it sends is refused, it is sent nothing and given nothing, and what
// came from it is on no page, in no list and at no address any more. Lifted, it
// shows again.
func TestC13_ASuspendedServerIsShutOutEverywhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		ours := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Fête de la rue")
		real := o.Recorded(federationtest.Mastodon)
		mel := real.Person("mel")
		o.send(mel, o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
		o.settle()
		private := got(o.ours.Posts.Publish(o.ctx, o.ours.Viewer(o.amina), instance.Draft{Text: "@" + mel.Handle + " à toi seule", Audience: instance.ToMentioned}))(o)
		o.settle()
		if a := got(mel.Fetch(o.ctx, federationtest.Cavage, private.URI))(o); a.Status != http.StatusOK {
			t.Fatalf("before, the addressee is answered %d", a.Status)
		}

		hosts := []string{"pub.example", "www.pub.example", "a.b.pub.example", "pub.example:8443", "xn--rclame-bva.example"}
		rules := []string{"PUB.example.", "réclame.example", strings.Split(real.Name, ":")[0]}
		var all []cutOff
		for i, host := range hosts {
			all = append(all, o.arrives(instance.ActorID(7000+i), host, ours))
		}
		kept := o.arrives(7999, "notpub.example", ours)
		o.settle()

		amina, nobody := o.ours.Program(o.amina), o.ours.Nobody()
		pages := o.ours.Browser()
		// where returns every place at which somebody's posts could stand, as it reads.
		where := func(c cutOff) map[string]string {
			seen := map[string]string{}
			api := func(what, path string) { seen[what] = string(amina.Get(path).Body) }
			api("home", "/api/v1/timelines/home?limit=40")
			api("the public timeline", "/api/v1/timelines/public?limit=40")
			api("the neighbourhood for programs", "/api/v1/accounts/"+o.rue.ID.String()+"/statuses?limit=40")
			api("search", "/api/v2/search?type=statuses&limit=40&q="+url.QueryEscape("publicité"))
			api("the thread for programs", "/api/v1/statuses/"+ours.ID.String()+"/context")
			api("the post for programs", "/api/v1/statuses/"+c.post.ID.String())
			api("several posts for programs", "/api/v1/statuses?id[]="+c.post.ID.String())
			api("their posts", "/api/v1/accounts/"+c.ID.String()+"/statuses")
			seen["the post for nobody in particular"] = string(nobody.Get("/api/v1/statuses/" + c.post.ID.String()).Body)
			for what, path := range map[string]string{
				"the page of the neighbourhood": "/@rue", "its feed": "/@rue.atom", "the page of the thread": "/@amina/" + ours.ID.String(),
				"their page": "/@spam@" + c.Host, "the page of the post": "/@spam@" + c.Host + "/" + c.post.ID.String(),
			} {
				seen[what] = pages.Open(path + "?now").Body // not as it was shown a moment ago
			}
			return seen
		}
		stands := func(c cutOff) (at []string) {
			words := []string{"Publicité de " + c.Host + "<", "Publicité en réponse de " + c.Host + "<"}
			for i := range words {
				b, err := json.Marshal(words[i])
				o.must(err)
				words = append(words, strings.Trim(string(b), `"`))
			}
			for what, text := range where(c) {
				for _, w := range words {
					if strings.Contains(text, w) || strings.Contains(text, strings.TrimSuffix(w, "<")+"&lt;") {
						at = append(at, what)
						break
					}
				}
			}
			return at
		}
		if at := stands(all[0]); len(at) < 9 {
			t.Fatalf("before, it stands only in %q: the test proves little", at)
		}

		for _, domain := range rules {
			o.must(o.ours.Moderation.SetDomain(o.ctx, o.odette.ID, moderation.DomainRule{Domain: domain, Severity: moderation.Suspended, Reason: "publicité"}))
		}
		o.settle()
		before := len(real.Received())
		o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Après")
		o.settle()
		for _, c := range all {
			if at := stands(c); len(at) > 0 {
				t.Errorf("what is from %s stands in %q", c.Host, at)
			}
			note := mel.Document("create_note", federationtest.With{"Group": o.rue.URI, "Content": "<p>Encore</p>"})
			note.Body = []byte(strings.ReplaceAll(string(note.Body), strings.TrimSuffix(mel.ID, "/users/mel"), "https://"+c.Host))
			if code := got(mel.Send(o.ctx, o.ours.URL+"/inbox", note))(o); code != http.StatusForbidden {
				t.Errorf("a message from %s is answered %d, want 403", c.Host, code)
			}
		}
		if at := stands(kept); len(at) < 9 {
			t.Errorf("what is from %s stands only in %q", kept.Host, at)
		}
		if after := real.Received(); len(after) != before {
			t.Errorf("who is suspended was sent %v", after[before:])
		}
		if a := got(mel.Fetch(o.ctx, federationtest.Cavage, private.URI))(o); a.Status != http.StatusNotFound {
			t.Errorf("who is suspended is given what was for them: %d", a.Status)
		}

		o.must(o.ours.Moderation.SetDomain(o.ctx, o.odette.ID, moderation.DomainRule{Domain: "b.pub.example", Severity: moderation.Suspended, Reason: "publicité"}))
		o.must(o.ours.Moderation.SetDomain(o.ctx, o.odette.ID, moderation.DomainRule{Domain: "pub.example"}))
		for _, c := range all[:2] {
			if at := stands(c); len(at) == 0 {
				t.Errorf("once the rule is lifted nothing from %s shows", c.Host)
			}
		}
		if at := stands(all[2]); len(at) > 0 {
			t.Errorf("what is from %s, under a rule of its own, stands in %q", all[2].Host, at)
		}
	})
}
