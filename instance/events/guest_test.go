package events_test

import (
	"testing"

	"palier/instance/events"
)

func TestWhatAReplyMeans(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]bool{
		"Je viens !": {true, false}, "@rue@dinan.example je viens avec plaisir": {true, false}, "+1": {true, false}, "Présente": {true, false},
		"J’y serai": {true, false}, "I'm coming": {true, false}, "coming!": {true, false},
		"Je ne viens pas": {false, true}, "Désolé, pas possible": {false, true}, "not coming": {false, true}, "can't come": {false, true},
		"Je viens si je peux": {}, "Qui vient ?": {}, "Tu viens ?": {}, "Bravo": {}, "": {}, "peut-être": {}, "Je viens de voir l'affiche, elle est belle, vous l'avez faite vous-mêmes, non, vraiment superbe": {},
		"L'année prochaine, the coming year is fine?": {},
	} {
		if yes, no := events.Meant(text); yes != want[0] || no != want[1] {
			t.Errorf("%q means %v, %v; want %v", text, yes, no, want)
		}
	}
}
