package pages

import (
	"bytes"
	"fmt"
	"html/template"
	"text/template/parse"
)

// fold puts what is the same on every page of a language into the templates'
// text: {{t "key"}}, {{icon "name"}}, {{asset "name"}}. It leaves the trees in
// done alone, and fails for a key that has no message.
func (in *speaking) fold(t *template.Template, done map[*parse.Tree]bool) error {
	for _, t := range t.Templates() {
		if t.Tree == nil || t.Tree.Root == nil || done[t.Tree] {
			continue
		}
		if err := in.foldList(t.Tree.Root); err != nil {
			return fmt.Errorf("%s: %w", t.Name(), err)
		}
	}
	return nil
}

// trees returns the trees that t holds now.
func trees(t *template.Template) map[*parse.Tree]bool {
	all := make(map[*parse.Tree]bool)
	for _, t := range t.Templates() {
		all[t.Tree] = true
	}
	return all
}

func (in *speaking) foldList(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	var nodes []parse.Node
	for _, n := range list.Nodes {
		folded, err := in.foldNode(n)
		if err != nil {
			return err
		}
		text, ok := folded.(*parse.TextNode)
		if ok && len(nodes) > 0 {
			if before, ok := nodes[len(nodes)-1].(*parse.TextNode); ok {
				before.Text = append(before.Text, text.Text...)
				continue
			}
		}
		nodes = append(nodes, folded)
	}
	list.Nodes = nodes
	return nil
}

func (in *speaking) foldNode(n parse.Node) (parse.Node, error) {
	switch n := n.(type) {
	case *parse.TextNode:
		text := *n
		text.Text = squeeze(n.Text)
		return &text, nil
	case *parse.ActionNode:
		text, ok, err := in.constant(n)
		if err != nil || !ok {
			return n, err
		}
		return &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(text)}, nil
	case *parse.IfNode:
		return n, in.foldBranch(&n.BranchNode)
	case *parse.RangeNode:
		return n, in.foldBranch(&n.BranchNode)
	case *parse.WithNode:
		return n, in.foldBranch(&n.BranchNode)
	default:
		return n, nil
	}
}

func (in *speaking) foldBranch(b *parse.BranchNode) error {
	if err := in.foldList(b.List); err != nil {
		return err
	}
	return in.foldList(b.ElseList)
}

// constant returns what an action writes if that is known now.
func (in *speaking) constant(n *parse.ActionNode) (string, bool, error) {
	if len(n.Pipe.Decl) > 0 || len(n.Pipe.Cmds) != 1 || len(n.Pipe.Cmds[0].Args) != 2 {
		return "", false, nil
	}
	name, ok := n.Pipe.Cmds[0].Args[0].(*parse.IdentifierNode)
	if !ok {
		return "", false, nil
	}
	arg, ok := n.Pipe.Cmds[0].Args[1].(*parse.StringNode)
	if !ok {
		return "", false, nil
	}
	switch name.Ident {
	case "t":
		if !in.Has(arg.Text) {
			return "", false, fmt.Errorf("no message for %q", arg.Text)
		}
		return template.HTMLEscapeString(in.Say(arg.Text)), true, nil
	case "icon":
		return string(in.icon(arg.Text)), true, nil
	case "asset":
		return template.HTMLEscapeString(in.set.assets.Path(arg.Text)), true, nil
	}
	return "", false, nil
}

// squeeze takes the indentation of the templates out of the pages. What people
// typed comes through actions and keeps its lines.
func squeeze(text []byte) []byte {
	lines := bytes.Split(text, []byte("\n"))
	kept := lines[:1]
	for i, line := range lines[1:] {
		if line = bytes.TrimLeft(line, " \t"); len(line) > 0 || i == len(lines)-2 {
			kept = append(kept, line)
		}
	}
	return bytes.Join(kept, []byte("\n"))
}
