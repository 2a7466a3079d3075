package mastodon_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/live"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

const soon = 20 * time.Second

// socket is a program's WebSocket.
type socket struct {
	t *testing.T
	*websocket.Conn
}

// refusal is how a socket was answered: 101 for one that is open.
type refusal struct {
	StatusCode int
	Header     http.Header
}

func dial(t *testing.T, url, query string, o *websocket.DialOptions) (socket, refusal) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	conn, res, err := websocket.Dial(ctx, strings.Replace(url, "http", "ws", 1)+"/api/v1/streaming"+query, o)
	if res == nil {
		t.Fatal(err)
	}
	answer := refusal{res.StatusCode, res.Header}
	if err != nil {
		_ = res.Body.Close()
		return socket{t, nil}, answer
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return socket{t, conn}, answer
}

// told is one event on a socket.
type told struct {
	Stream  []string
	Event   string
	Payload *string
	Error   string
	Status  int
}

func (k socket) next() told {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), soon)
	defer cancel()
	kind, b, err := k.Read(ctx)
	if err != nil {
		k.t.Fatal(err)
	}
	var e told
	if err := json.Unmarshal(b, &e); err != nil || kind != websocket.MessageText {
		k.t.Fatalf("%s %s: %v", kind, b, err)
	}
	return e
}

// event reads the next event, which has to be one, and its payload as JSON.
func (k socket) event(name string, stream ...string) map[string]any {
	k.t.Helper()
	e := k.next()
	if e.Event != name || fmt.Sprint(e.Stream) != fmt.Sprint(stream) || e.Payload == nil {
		k.t.Fatalf("got %s on %q (%s), want %s on %q", e.Event, e.Stream, e.Error, name, stream)
	}
	var v map[string]any
	if strings.HasPrefix(*e.Payload, "{") {
		if err := json.Unmarshal([]byte(*e.Payload), &v); err != nil {
			k.t.Fatal(err)
		}
		return v
	}
	return map[string]any{"id": *e.Payload}
}

func (k socket) say(message string) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), soon)
	defer cancel()
	if err := k.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
		k.t.Fatal(err)
	}
}

// closes reads until the server closes, and returns how.
func (k socket) closes() websocket.StatusCode {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), soon)
	defer cancel()
	for {
		if _, _, err := k.Read(ctx); err != nil {
			if ctx.Err() != nil {
				k.t.Fatal("the socket stays open")
			}
			return websocket.CloseStatus(err)
		}
	}
}

// listening waits until a program's wishes so far are fulfilled: the answer to
// one that cannot be comes after them.
func (k socket) listening() {
	k.t.Helper()
	k.say(`{"type":"subscribe","stream":"none"}`)
	if e := k.next(); e.Error == "" || e.Status != http.StatusUnprocessableEntity {
		k.t.Fatalf("got %+v, want that there is no such stream", e)
	}
}

func TestWhatHappensArrivesOnASocket(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		a, b := s.Program(amina), s.Program(bo)
		k, _ := dial(t, s.URL, "?stream=user&access_token="+b.Token, nil)
		k.say(`{"type":"subscribe","stream":"public:local"}`)
		k.say(`{"type":"subscribe","stream":"public:local"}`)
		k.say(`{"type":"subscribe","stream":"hashtag","tag":"Vélo"}`)
		k.listening()

		among := s.Post(amina, centre.ID, instance.ToNeighbourhood, "entre nous")
		shown := k.event("update", "user")
		if shown["id"] != among.ID.String() || shown["visibility"] != "private" || shown["favourited"] != false || shown["bookmarked"] != false {
			t.Errorf("a neighbour's post: %v", shown)
		}
		if same := b.Get("/api/v1/statuses/" + among.ID.String()).Object(); !jsonEqual(t, same, shown) {
			t.Errorf("told %v, shown %v", shown, same)
		}

		id := a.Post("/api/v1/statuses", "status", "Tour à #vélo", "visibility", "public").Object()["id"]
		got := []map[string]any{k.next2(), k.next2()}
		for _, e := range got {
			if e["id"] != id {
				t.Errorf("a public post: %v", e)
			}
		}
		a.Form(http.MethodPut, "/api/v1/statuses/"+id.(string), "status", "Tour à #vélo dimanche").Object()
		for range 2 {
			if e := k.next(); e.Event != "status.update" {
				t.Errorf("an edit: %+v", e)
			}
		}
		a.Do(http.MethodDelete, "/api/v1/statuses/"+id.(string), "", nil).Is(http.StatusOK)
		for range 3 { // also to the one who may have it in their feed
			if e := k.next(); e.Event != "delete" || *e.Payload != id {
				t.Errorf("an end: %+v", e)
			}
		}

		mine := b.Post("/api/v1/statuses", "status", "Moi aussi", "visibility", "public").Object()["id"]
		own := map[string]bool{}
		for range 2 {
			e := k.next()
			own[strings.Join(e.Stream, " ")] = strings.Contains(*e.Payload, mine.(string))
		}
		if !own["user"] || !own["public:local"] {
			t.Errorf("one's own post came on %v", own)
		}
		a.Post("/api/v1/statuses/" + mine.(string) + "/favourite").Is(http.StatusOK)
		notice := k.event("notification", "user")
		if notice["type"] != "favourite" || notice["account"].(map[string]any)["acct"] != "amina" || notice["status"].(map[string]any)["id"] != mine {
			t.Errorf("a notice: %v", notice)
		}
		k.say(`{"type":"unsubscribe","stream":"hashtag","tag":"vélo"}`)
		k.say(`{"type":"unsubscribe","stream":"public:local"}`)
		k.listening()
		a.Post("/api/v1/statuses", "status", "Encore #vélo", "visibility", "public").Is(http.StatusOK)
		a.Post("/api/v1/statuses", "status", "@bo tu viens ?", "visibility", "direct").Is(http.StatusOK)
		seen := map[string]bool{}
		for range 2 {
			seen[k.next().Event] = true
		}
		if !seen["notification"] || !seen["update"] {
			t.Errorf("after leaving the other streams: %v", seen)
		}
	})
}

// next2 returns the payload of the next event, on whichever stream.
func (k socket) next2() map[string]any {
	k.t.Helper()
	e := k.next()
	if e.Payload == nil {
		k.t.Fatalf("got %+v", e)
	}
	var v map[string]any
	if err := json.Unmarshal([]byte(*e.Payload), &v); err != nil {
		k.t.Fatal(err)
	}
	return v
}

func jsonEqual(t *testing.T, x, y any) bool {
	t.Helper()
	a, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(y)
	if err != nil {
		t.Fatal(err)
	}
	return string(a) == string(b)
}

// TestListsFiltersAndConversationsOnASocket.
func TestListsFiltersAndConversationsOnASocket(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		befriend(t, s, amina, bo)
		a, b := s.Program(amina), s.Program(bo)
		list := a.Post("/api/v1/lists", "title", "Amis").Object()["id"].(string)
		a.Form(http.MethodPost, "/api/v1/lists/"+list+"/accounts", "account_ids[]", bo.ID.String()).Is(http.StatusOK)
		if _, res := dial(t, s.URL, "?stream=list&list="+list+"&access_token="+b.Token, nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("another's list: %d", res.StatusCode)
		}
		k, _ := dial(t, s.URL, "?stream=list&list="+list+"&access_token="+a.Token, nil)
		first := b.Post("/api/v1/statuses", "status", "Le bruit du chantier", "visibility", "public").Object()["id"]
		if shown := k.event("update", "list", list); shown["id"] != first || len(shown["filtered"].([]any)) != 0 {
			t.Errorf("in the list: %v", shown)
		}

		k.say(`{"type":"subscribe","stream":"user"}`)
		k.listening()
		a.JSON(http.MethodPost, "/api/v2/filters", map[string]any{
			"title": "Chantier", "context": []string{"home"}, "filter_action": "warn", "keywords_attributes": []map[string]any{{"keyword": "chantier"}},
		}).Is(http.StatusOK)
		if e := k.next(); e.Event != "filters_changed" || e.Payload != nil {
			t.Errorf("after a filter: %+v", e)
		}
		b.Post("/api/v1/statuses", "status", "Encore ce chantier", "visibility", "public", "poll[options][]", "oui", "poll[options][]", "non", "poll[expires_in]", "3600").Is(http.StatusOK)
		for range 2 { // on both streams
			shown := k.next2()
			if found := shown["filtered"].([]any); len(found) != 1 || shown["poll"].(map[string]any)["voted"] != false {
				t.Errorf("filtered: %v", shown)
			}
		}

		d, _ := dial(t, s.URL, "?stream=direct&access_token="+a.Token, nil)
		d.listening()
		message := b.Post("/api/v1/statuses", "status", "@amina on en parle ?", "visibility", "direct").Object()["id"]
		talk := d.event("conversation", "direct")
		if talk["unread"] != true || talk["last_status"].(map[string]any)["id"] != message || talk["accounts"].([]any)[0].(map[string]any)["acct"] != "bo" {
			t.Errorf("a message: %v", talk)
		}
		if same := a.Get("/api/v1/conversations").List()[0]; !jsonEqual(t, same, talk) {
			t.Errorf("told %v, shown %v", talk, same)
		}
	})
}

// TestG06_OneAuthoriserForStreams asks for streams with every kind of token.
func TestG06_OneAuthoriserForStreams(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t, store.SQLite, nil)
	amina := s.Resident("amina")
	all, nothing, notices := s.Program(amina).Token, s.Program(amina, "write", "push").Token, s.Program(amina, "read:notifications").Token
	header := func(token string) *websocket.DialOptions {
		return &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}}
	}
	for name, test := range map[string]struct {
		query string
		o     *websocket.DialOptions
		want  int
	}{
		"by query":           {"?stream=user&access_token=" + all, nil, 101},
		"by header":          {"?stream=user", header(all), 101},
		"by protocol":        {"?stream=user", &websocket.DialOptions{Subprotocols: []string{all}}, 101},
		"without stream":     {"", header(all), 101},
		"no token":           {"?stream=public", nil, 401},
		"a wrong token":      {"?stream=user&access_token=x", nil, 401},
		"a wrong protocol":   {"?stream=user", &websocket.DialOptions{Subprotocols: []string{"x"}}, 401},
		"no scope":           {"?stream=user", header(nothing), 403},
		"another scope":      {"?stream=user", header(notices), 403},
		"the very scope":     {"?stream=user:notification", header(notices), 101},
		"no such stream":     {"?stream=everything", header(all), 422},
		"a tag without name": {"?stream=hashtag", header(all), 422},
		"a list of nobody":   {"?stream=list&list=x", header(all), 422},
	} {
		k, res := dial(t, s.URL, test.query, test.o)
		if res.StatusCode != test.want {
			t.Errorf("%s: %d, want %d", name, res.StatusCode, test.want)
		}
		if test.want != 101 && !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: refused as %s", name, res.Header.Get("Content-Type"))
		}
		if test.o != nil && len(test.o.Subprotocols) > 0 && test.want == 101 && k.Subprotocol() != all {
			t.Errorf("%s: protocol %q is chosen", name, k.Subprotocol())
		}
		if k.Conn != nil {
			_ = k.Close(websocket.StatusNormalClosure, "")
		}
	}
	k, _ := dial(t, s.URL, "", header(notices))
	k.say(`{"type":"subscribe","stream":"user"}`)
	if e := k.next(); e.Status != http.StatusForbidden {
		t.Errorf("a stream beyond the scope: %+v", e)
	}
}

// TestG06_StreamsEndWithTheirToken.
func TestG06_StreamsEndWithTheirToken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina, bo := s.Resident("amina"), s.Resident("bo")
		revoked, disabled, other := s.Program(amina), s.Program(bo), s.Program(amina)
		k, _ := dial(t, s.URL, "?stream=user&access_token="+revoked.Token, nil)
		l, _ := dial(t, s.URL, "?stream=user&access_token="+disabled.Token, nil)
		o, _ := dial(t, s.URL, "?stream=user&access_token="+other.Token, nil)
		sse := events(t, s, disabled, "/user")
		access, err := s.Apps.Access(t.Context(), revoked.Token)
		if err != nil {
			t.Fatal(err)
		}
		if ended, err := s.Apps.End(t.Context(), access.App, revoked.Token); err != nil || !ended {
			t.Fatal(ended, err)
		}
		if err := s.People.SetDisabled(t.Context(), bo.ID, true); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for _, k := range []socket{k, l} {
			if status := k.closes(); status != websocket.StatusPolicyViolation {
				t.Errorf("closed with %d", status)
			}
		}
		for sse.Scan() {
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
		o.listening() // goes on
	})
}

// events opens a stream of events.
func events(t *testing.T, s *apptest.Server, p *apptest.Program, path string) *bufio.Scanner {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/v1/streaming"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.Token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Fatalf("GET %s: %d %v", path, res.StatusCode, res.Header)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() || lines.Text() != ":)" {
		t.Fatalf("%s begins with %q", path, lines.Text())
	}
	return lines
}

// nextEvent reads an event from a stream of them.
func nextEvent(lines *bufio.Scanner) (name, data string) {
	for lines.Scan() {
		switch field, value, _ := strings.Cut(lines.Text(), ": "); field {
		case "event":
			name = value
		case "data":
			return name, value
		}
	}
	return "", ""
}

func TestWhatHappensArrivesAsEvents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		a, b := s.Program(amina), s.Program(bo)
		home, public, media := events(t, s, b, "/user"), events(t, s, b, "/public/local"), events(t, s, b, "/public?only_media=true")
		tag, notices := events(t, s, b, "/hashtag/local?tag=fête"), events(t, s, b, "/user/notification")
		among := s.Post(amina, centre.ID, instance.ToNeighbourhood, "entre nous")
		open := a.Post("/api/v1/statuses", "status", "Grande #fête, @bo", "visibility", "public").Object()["id"].(string)
		if name, data := nextEvent(home); name != "update" || !strings.Contains(data, among.ID.String()) {
			t.Errorf("at home: %s %s", name, data)
		}
		for where, lines := range map[string]*bufio.Scanner{"public": public, "tag": tag} {
			if name, data := nextEvent(lines); name != "update" || !strings.Contains(data, open) {
				t.Errorf("%s: %s %s", where, name, data)
			}
		}
		if name, data := nextEvent(notices); name != "notification" || !strings.Contains(data, `"type":"mention"`) {
			t.Errorf("notices: %s %s", name, data)
		}
		a.Do(http.MethodDelete, "/api/v1/statuses/"+open, "", nil).Is(http.StatusOK)
		if name, data := nextEvent(media); name != "delete" || data != open {
			t.Errorf("with media only: %s %s", name, data)
		}
		if got := b.Get("/api/v1/streaming/everything").Is(http.StatusNotFound).Sentence(); got != "Record not found" {
			t.Errorf("no such stream: %q", got)
		}
		if got := s.Nobody().Get("/api/v1/streaming/public").Is(http.StatusUnauthorized).Sentence(); got != "The access token is invalid" {
			t.Errorf("without a token: %q", got)
		}
		if got := s.Nobody().Get("/api/v1/streaming/health").Is(http.StatusOK); string(got.Body) != "OK" {
			t.Errorf("health: %q", got.Body)
		}
		if got := s.Nobody().Do(http.MethodOptions, "/api/v1/streaming/user", "", nil); got.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("preflight: %d %v", got.Status, got.Header)
		}
	})
}

// TestE10_BadFrames says what nobody should.
func TestE10_BadFrames(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t, store.SQLite, nil)
	p := s.Program(s.Resident("amina"))
	open := func() socket {
		k, _ := dial(t, s.URL, "?access_token="+p.Token, nil)
		return k
	}
	k := open()
	for _, nonsense := range []string{"", "null", "[]", "{", `{"type":1}`, `{"type":"subscribe"`, `{"type":"sing"}`, `"subscribe"`, "\x00"} {
		k.say(nonsense)
	}
	k.listening()
	for i := range 64 {
		k.say(fmt.Sprintf(`{"type":"subscribe","stream":"hashtag","tag":"t%d"}`, i))
	}
	k.listening()
	k.say(`{"type":"subscribe","stream":"public"}`)
	if e := k.next(); e.Status != http.StatusUnprocessableEntity {
		t.Errorf("the 65th stream: %+v", e)
	}

	k = open()
	if err := k.Write(t.Context(), websocket.MessageBinary, []byte{1, 2}); err != nil {
		t.Fatal(err)
	}
	if status := k.closes(); status != websocket.StatusUnsupportedData {
		t.Errorf("binary: closed with %d", status)
	}
	k = open()
	k.say(strings.Repeat("x", 5000))
	if status := k.closes(); status != websocket.StatusMessageTooBig {
		t.Errorf("a long message: closed with %d", status)
	}
	k = open()
	for range 1000 {
		if k.Write(t.Context(), websocket.MessageText, []byte("{}")) != nil {
			break
		}
	}
	if status := k.closes(); status != websocket.StatusPolicyViolation && status != -1 {
		t.Errorf("a flood: closed with %d", status)
	}
}

// TestE10_SocketThatNeverReads asks for everything and reads nothing.
func TestE10_SocketThatNeverReads(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t, store.SQLite, nil)
	amina := s.Resident("amina")
	p := s.Program(amina)
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "GET /api/v1/streaming?stream=public&access_token=%s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", p.Token)
	if err != nil {
		t.Fatal(err)
	}
	post := p.Post("/api/v1/statuses", "status", strings.Repeat("Lire ? ", 700), "visibility", "public").Object()["id"].(string)
	id, err := instance.ParseID(post)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for n := 0; s.Live.Lines() > 0 || n == 0; n++ {
		err := s.DB.InTx(ctx, func(tx store.Tx) error {
			return s.Live.Tell(ctx, tx, live.Event{Kind: live.Posted, Post: instance.PostID(id), Actor: amina.ID})
		})
		if err != nil {
			t.Fatalf("after %d events the socket is still open: %v", n, err)
		}
	}
}

func TestTooManySocketsOfOne(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t, store.SQLite, func(c *config.Config) { c.Limits.Lines.PerPerson = 2 })
	p := s.Program(s.Resident("amina"))
	for range 2 {
		dial(t, s.URL, "?access_token="+p.Token, nil)
	}
	if _, res := dial(t, s.URL, "?access_token="+p.Token, nil); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the third: %d", res.StatusCode)
	}
}

func TestSocketsEndWithTheServer(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t, store.SQLite, nil)
	p := s.Program(s.Resident("amina"))
	k, _ := dial(t, s.URL, "?access_token="+p.Token, nil)
	sse := events(t, s, p, "/user")
	s.Live.HangUp()
	if status := k.closes(); status != websocket.StatusGoingAway {
		t.Errorf("closed with %d", status)
	}
	for sse.Scan() {
	}
	if _, res := dial(t, s.URL, "?access_token="+p.Token, nil); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("while stopping: %d", res.StatusCode)
	}
}

func TestSocketsOfAnotherProcess(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, store.Postgres)
	here := apptest.OpenOn(t, url, nil)
	there := apptest.OpenOn(t, url, func(c *config.Config) { c.URL, c.Lane = here.URL, 1 })
	centre := here.Place("centre", "neighbourhood")
	amina, bo := here.Resident("amina", centre), here.Resident("bo", centre)
	address := "http://" + there.Config.Listen
	k, _ := dial(t, address, "?stream=user&access_token="+here.Program(bo).Token, nil)
	k.listening()
	p := here.Post(amina, centre.ID, instance.ToNeighbourhood, "Qui a une échelle ?")
	if shown := k.event("update", "user"); shown["id"] != p.ID.String() {
		t.Errorf("told %v", shown)
	}
}
