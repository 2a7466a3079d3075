package instance_test

import (
	"fmt"
	"testing"
	"time"

	"palier/instance"
)

// Times that say only the second put a post anywhere within it; an answer
// always comes after what it answers.
func TestAnAnswerComesAfterWhatItAnswers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 9, 0, 5, 0, time.UTC)
	ids := instance.NewIDs(func() time.Time { return now }, 0)
	second := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	before := 0
	for i := range 200 {
		parent := ids.At(second, fmt.Sprintf("https://a.example/o/%d", i), 0)
		uri := fmt.Sprintf("https://b.example/o/%d", i)
		if ids.At(second, uri, 0) < parent {
			before++
		}
		got := ids.AnswerAt(second, uri, 0, parent)
		if got <= parent || got.Time().Sub(parent.Time()) > time.Second {
			t.Fatalf("the answer to %s at %s is %s at %s", parent, parent.Time(), got, got.Time())
		}
		if again := ids.AnswerAt(second, uri, 0, parent); again != got {
			t.Fatalf("%s the second time, %s the first", again, got)
		}
		if other := ids.AnswerAt(second, uri, 1, parent); other == got {
			t.Fatalf("another salt brings the same id %s", got)
		}
	}
	if before == 0 {
		t.Error("no answer would have come first by its time alone: this test sees nothing")
	}
	// A clock that is behind hides no answer either.
	parent := ids.Next()
	if got := ids.AnswerAt(second.Add(-time.Hour), "https://b.example/o/late", 0, parent); got <= parent || got.Time().After(now) {
		t.Errorf("an answer from a clock that is behind: %s, its parent %s", got.Time(), parent.Time())
	}
}
