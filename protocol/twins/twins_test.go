package twins_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"palier/protocol/twins"
)

func place(tb testing.TB, address, commune string) twins.Place {
	tb.Helper()
	p, ok := twins.NewPlace(address, commune)
	if !ok {
		tb.Fatalf("%q names no street", address)
	}
	return p
}

func key(tb testing.TB) twins.Key {
	tb.Helper()
	k, err := twins.NewKey()
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func TestOneHomeIsOneHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	k := key(t)
	tag := func(address, commune string) twins.Tag {
		t.Helper()
		got, err := k.Tag(place(t, address, commune))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	want := tag("12 bis rue de la Lainerie, 22100 Dinan", "22050")
	for _, address := range []string{
		"12 bis, rue de la Lainerie\n22100 Dinan", "12B R. DE LA LAINERIE", "Appt 3\n012 bis rue de la lainerie 22100 DINAN", "12bis rue la lainerie appt 4 porte 2",
		"Résidence du Port, 12 bis rue de la Lainerie, Dinan", "  12  Bis   Rue de la Lainerie ; 22100 Dinan Cedex",
	} {
		if got := tag(address, "22050"); got != want {
			t.Errorf("%q is another home", address)
		}
	}
	for name, other := range map[string]twins.Tag{
		"another number":  tag("12 rue de la Lainerie", "22050"),
		"another street":  tag("12 bis rue de la Laiterie", "22050"),
		"another commune": tag("12 bis rue de la Lainerie", "35238"),
	} {
		if other == want {
			t.Errorf("%s is the same home", name)
		}
	}
	if tag("Le Bourg, 22350 Guitté", "22068") != tag("le bourg\n22350 GUITTE", "22068") {
		t.Error("a place without a number is another")
	}
	for _, none := range []string{"", "22100 Dinan", "chez Marie", "appartement 3, 22100 Dinan", "12 bis"} {
		if _, ok := twins.NewPlace(none, "22050"); ok {
			t.Errorf("%q names a street", none)
		}
	}
}

// What is no correction of how the same door is written is another home.
func TestAnotherAddressIsAMove(t *testing.T) {
	t.Parallel()
	const was = "12 bis rue de la Lainerie, 22100 Dinan"
	for _, same := range []string{
		was, "12bis, r. de la lainerie, 22100 Dinan", "12 bis rue de la Lainerie", "12 bis rue de la Lainerie, appt 4, 22100 DINAN", "12 bis rue de la Lainerie, Dinan",
	} {
		if twins.Moved(was, same, "Dinan") {
			t.Errorf("%q is a move", same)
		}
	}
	for _, other := range []string{
		"", "12 rue de la Lainerie, 22100 Dinan", "12 bis rue de la Laiterie, 22100 Dinan", "12 bis rue de la Lainerie, 35000 Rennes",
		"12 bis rue de la Lainerie, Rennes", "12 bis rue de la Lainerie, 35000", "22100 Dinan", "chez Marie",
	} {
		if !twins.Moved(was, other, "Dinan") {
			t.Errorf("%q is no move", other)
		}
	}
	if twins.Moved("4 quai Perrache", "4 quai Perrache, Dinan", "Dinan") {
		t.Error("naming the town is a move")
	}
	for _, doubt := range []string{"4 quai Perrache, Rennes", "4 quai Perrache, 35000"} {
		if !twins.Moved("4 quai Perrache", doubt, "Dinan") {
			t.Errorf("%q is no move from an address without a town", doubt)
		}
	}
}

func TestWhoAsksLearnsTheTagAndWhoAnswersNothing(t *testing.T) {
	t.Parallel()
	k, where := key(t), place(t, "3 quai de la Rance", "22050")
	public, err := k.Public()
	if err != nil {
		t.Fatal(err)
	}
	want, err := k.Tag(where)
	if err != nil {
		t.Fatal(err)
	}
	first, err := twins.Ask(public, where)
	if err != nil {
		t.Fatal(err)
	}
	second, err := twins.Ask(public, where)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(first.Body(), second.Body()) {
		t.Error("two questions about one home look the same")
	}
	for _, q := range []twins.Question{first, second} {
		answer, err := k.Answer(q.Body())
		if err != nil {
			t.Fatal(err)
		}
		got, err := q.Tag(answer)
		if err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
		if !got.Among([]twins.Tag{{1}, want}) || got.Among([]twins.Tag{{1}, {2}}) || got.Among(nil) {
			t.Error("what is among the tags is not told rightly")
		}
	}
	kept, err := k.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := twins.ParseKey(kept)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Tag(where); err != nil || got != want {
		t.Errorf("with the key as it was kept: %s, %v", got, err)
	}
	if parsed, err := twins.ParseTag(want.String()); err != nil || parsed != want {
		t.Errorf("the tag reads %s, %v", parsed, err)
	}
}

// Whoever answers with another key, or changes an answer, is found out.
func TestAnAnswerThatIsNotFromTheKeyIsRefused(t *testing.T) {
	t.Parallel()
	k, other, where := key(t), key(t), place(t, "3 quai de la Rance", "22050")
	public, err := k.Public()
	if err != nil {
		t.Fatal(err)
	}
	q, err := twins.Ask(public, where)
	if err != nil {
		t.Fatal(err)
	}
	lie, err := other.Answer(q.Body())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.Tag(lie); !errors.Is(err, twins.ErrMalformed) {
		t.Errorf("an answer of another key: %v", err)
	}
	answer, err := k.Answer(q.Body())
	if err != nil {
		t.Fatal(err)
	}
	var mixed map[string]string
	if err := errors.Join(json.Unmarshal(answer, &mixed)); err != nil {
		t.Fatal(err)
	}
	var lied map[string]string
	if err := json.Unmarshal(lie, &lied); err != nil {
		t.Fatal(err)
	}
	mixed["evaluated"] = lied["evaluated"]
	b, err := json.Marshal(mixed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.Tag(b); !errors.Is(err, twins.ErrMalformed) {
		t.Errorf("an answer that was changed: %v", err)
	}
}

func TestWhatIsNoQuestionIsNotAnswered(t *testing.T) {
	t.Parallel()
	k := key(t)
	for _, body := range []string{"", "{}", "null", `{"blinded":""}`, `{"blinded":"AAAA"}`, `{"blinded":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`, `{"blinded":"__________________________________________8"}`} {
		if _, err := k.Answer([]byte(body)); !errors.Is(err, twins.ErrMalformed) {
			t.Errorf("%s: %v", body, err)
		}
	}
	if _, err := twins.Ask("nonsense", place(t, "3 quai de la Rance", "22050")); !errors.Is(err, twins.ErrMalformed) {
		t.Errorf("a key that is none: %v", err)
	}
}

func TestTagsOfOneKeySayNothingToAnother(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		where := place(t, rapid.StringMatching(`[1-9][0-9]{0,2} rue [a-z]{3,9}`).Draw(r, "address"), "22050")
		one, err := key(t).Tag(where)
		if err != nil {
			r.Fatal(err)
		}
		other, err := key(t).Tag(where)
		if err != nil || one == other {
			r.Fatalf("two keys make one tag of one home, %v", err)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	k := key(f)
	public, err := k.Public()
	if err != nil {
		f.Fatal(err)
	}
	q, err := twins.Ask(public, place(f, "3 quai de la Rance", "22050"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(q.Body())
	f.Add([]byte(`{"blinded":"AAAA"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		answer, err := k.Answer(b)
		if err != nil && !errors.Is(err, twins.ErrMalformed) {
			t.Fatal(err)
		}
		if err == nil && !json.Valid(answer) {
			t.Errorf("%s is answered with %s", b, answer)
		}
	})
}

func FuzzNewPlace(f *testing.F) {
	f.Add("12 bis rue de la Lainerie, 22100 Dinan", "22050")
	f.Add("١٢ شارع", "")
	k := key(f)
	f.Fuzz(func(t *testing.T, address, commune string) {
		p, ok := twins.NewPlace(address, commune)
		if !ok {
			return
		}
		if _, err := k.Tag(p); err != nil {
			t.Error(err)
		}
	})
}
