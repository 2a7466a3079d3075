package as2

// poll reads what a Question asks, nil if there is nothing to choose from.
func (r *reader) poll() *Poll {
	p := &Poll{Multiple: r.o.Count("anyOf") > 0, Voters: r.count("votersCount")}
	choices, several := r.objects("oneOf"), r.objects("anyOf")
	if p.Multiple {
		choices = several
	}
	for _, o := range choices {
		if len(p.Choices) == MaxChoices {
			break
		}
		c := Choice{Name: o.Line("name"), Hidden: true}
		if replies, ok := o.Object("replies"); ok && replies.Has("totalItems") {
			c.Hidden = false
			c.Votes = read(replies).count("totalItems")
		}
		p.Choices = append(p.Choices, c)
	}
	p.Closed = r.time("closed")
	if p.Closed.IsZero() && r.o.True("closed") {
		p.Closed = r.o.Time("endTime")
	}
	if len(p.Choices) == 0 {
		return nil
	}
	return p
}

func (p Poll) write(w *writer) {
	name := "oneOf"
	if p.Multiple {
		name = "anyOf"
	}
	embedAll(w, name, p.Choices)
	w.time("closed", p.Closed)
	w.number("votersCount", p.Voters)
}

func (c Choice) write(w *writer) {
	w.head(nil, "", TypeNote)
	w.text("name", c.Name)
	if c.Hidden {
		return
	}
	w.put("replies", func(b []byte) ([]byte, error) {
		return appendEncoded(b, Collection{Type: TypeCollection, Total: &c.Votes})
	})
}

func (c Choice) received() Extra         { return Extra{} }
func (c Choice) again(*Object) Encodable { return c }
