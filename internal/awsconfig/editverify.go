package awsconfig

// verify reads the edited file and makes sure that it says what it should, no
// more and no less. It is what a mistake in the editor would be stopped by.
func (e *editor) verify(edited []byte) error {
	c := collector{path: e.path, credentials: e.credentials}
	f := Parse(edited)
	if f.bom {
		c.foundBOM()
	}
	for i, l := range f.lines {
		if err := c.add(i+1, l); err != nil {
			return e.mistake("it could not be read")
		}
	}
	if err := c.close(); err != nil {
		return e.mistake("it could not be read")
	}
	if len(c.problems) > 0 && len(e.problems) > 0 {
		p := e.problems[0]
		return &EditError{Path: e.path, Line: p.Line, Text: p.Text, Mend: p.Mend}
	}
	if len(c.problems) > 0 {
		return e.mistake(c.problems[0].Text)
	}
	if len(c.raws) != len(e.want) {
		return e.mistake("it would have other sections")
	}
	for i, got := range c.raws {
		want := e.want[i]
		if got.text != want.text {
			return e.mistake("section [" + want.text + "] would become [" + got.text + "]")
		}
		if !sameSettings(got.settings, want.settings) {
			return e.mistake("section [" + want.text + "] would have other settings")
		}
	}
	return nil
}

func sameSettings(a, b []Setting) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		switch {
		case a[i].Key != b[i].Key, (a[i].Nested == nil) != (b[i].Nested == nil):
			return false
		case a[i].Nested == nil && a[i].Value != b[i].Value:
			return false
		case !sameSettings(a[i].Nested, b[i].Nested):
			return false
		}
	}
	return true
}

// mistake is the error for an edit that would have gone wrong.
func (e *editor) mistake(text string) error {
	return &EditError{
		Path: e.path,
		Text: "the file was left as it is, because after this change " + text,
		Mend: "change it in an editor of texts, and report this",
	}
}
