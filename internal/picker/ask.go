// A question that is answered with one line, and the completion of that line.

package picker

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Question asks for one line.
type Question struct {
	// Text is printed as it is, for example "SSO region [None]: ". Only control
	// characters in it, other than line feeds, are shown as question marks.
	Text string

	// Default is the answer for an empty line.
	Default string

	// Suggestions are offered while the person types the beginning of them, in
	// any case. Tab completes as far as they agree, then goes through them.
	Suggestions []string

	// Note, if not nil, returns text to show below the line, for what is typed so
	// far. It can have several lines; those for which there is no room are left
	// out.
	Note func(typed string) string

	// Choices, if any, are the items of a menu that the Down key opens below the line. The
	// name of the picked item is the answer.
	Choices []Item

	// Check, if not nil, returns why the answer will not do. That is shown, and
	// the person goes on with what they have typed.
	Check func(answer string) error
}

// answer is what a typed line answers.
func (q *Question) answer(typed string) (string, error) {
	answer := strings.TrimSpace(typed)
	if answer == "" {
		answer = q.Default
	}
	if q.Check == nil {
		return answer, nil
	}
	return answer, q.Check(answer)
}

// Ask asks for one line and returns it without the white space around it, or
// Default for an empty one. Esc clears the line, or cancels where there is nothing to
// clear.
func (c *Console) Ask(ctx context.Context, q Question) (string, error) {
	if c.plain() {
		return c.askPlain(ctx, &q)
	}
	leave, err := c.enter()
	if err != nil {
		return "", err
	}
	defer leave()
	a := &asker{c: c, q: &q}
	if err := a.start(pasteOn); err != nil {
		return "", err
	}
	for {
		k, err := c.key(ctx, a.refresh)
		if err != nil {
			_ = a.finish()
			return "", err
		}
		if k.kind == keyDown {
			if k, err = a.choose(ctx); err != nil {
				_ = a.finish()
				return "", err
			}
		}
		if answer, done, err := a.press(k); done {
			if writeErr := a.finish(); err == nil {
				err = writeErr
			}
			return answer, err
		}
	}
}

// An asker is a question while it is being answered.
type asker struct {
	c    *Console
	q    *Question
	line line
	tabs tabs

	problem string // what Check said
	escaped bool   // the last key was Esc
	fresh   bool   // the screen shows all this

	block      *block
	cols, rows int
	atStart    bool // the line has its own row, below the text of the question
	textRows   int
	textCol    int
	resized    bool // a new size was seen, and may not be the last one
}

// choose opens the menu of choices below the line, and returns the key to go on with: Enter
// if the user has picked an item, which is in the line then.
func (a *asker) choose(ctx context.Context) (key, error) {
	if len(a.q.Choices) == 0 || a.rows < 4 {
		return key{}, nil
	}
	m := Menu{Items: a.q.Choices}
	m.Start = slices.IndexFunc(m.Items, func(i Item) bool { return i.Name == a.line.text || a.line.text == "" && i.Name == a.q.Default })
	shown, col := a.line.view(a.cols - a.block.off)
	if err := a.c.write(a.block.draw([]string{shown}, a.block.off+col) + "\r\n"); err != nil {
		return key{}, err
	}
	picked, err := a.c.choose(ctx, m)
	if writeErr := a.c.write(move(1, 'A') + move(a.block.col, 'C') + cursorOn); writeErr != nil {
		return key{}, writeErr
	}
	if err != nil {
		if err == errEsc { //nolint:errorlint // not another way to cancel
			err = nil
		}
		return key{}, err
	}
	a.line.set(m.Items[picked].Name)
	return key{kind: keyEnter}, nil
}

// minRoom is how many columns behind the text of a question are enough to type in.
const minRoom = 12

// start prints the question, in one piece and as plain text: programs that answer
// questions look for it.
func (a *asker) start(before string) error {
	a.cols, a.rows = a.c.size()
	text := visibleLines(a.q.Text)
	last := text[strings.LastIndexByte(text, '\n')+1:]
	a.textRows, a.textCol = flow(last, a.cols)
	off, after := a.textCol, ""
	if a.atStart = a.cols-off < minRoom && off > 0 && a.rows > 2; a.atStart {
		off, after = 0, "\r\n"
	}
	a.block, a.fresh, a.resized = newBlock(off), false, false
	return a.c.write(before + strings.ReplaceAll(text, "\n", "\r\n") + after)
}

// refresh brings the screen up to date.
func (a *asker) refresh() error {
	if again, err := a.resize(); again || err != nil {
		return err
	}
	if a.fresh {
		return nil
	}
	a.fresh = true
	shown, col := a.line.view(a.cols - a.block.off)
	s := a.block.draw(append([]string{shown}, a.below()...), a.block.off+col)
	if s == "" {
		return nil
	}
	return a.c.write(s)
}

// resize asks the question again in a terminal whose size has changed, when it has
// stopped changing. Rows above are left alone: whether the terminal has moved them
// cannot be known, and they may be somebody else's.
func (a *asker) resize() (changing bool, err error) {
	cols, rows := a.c.size()
	if cols == a.cols && rows == a.rows && !a.resized {
		return false, nil
	}
	if cols != a.cols || rows != a.rows {
		a.cols, a.rows, a.resized = cols, rows, true
		return true, nil
	}
	back := ""
	if a.atStart && a.textRows == 0 && a.textCol <= cols {
		back = move(1, 'A') // to the question: however lines are broken, it has one row
	}
	return false, a.start("\r" + back + eraseBelow)
}

// finish leaves the question and all of what was typed on the screen, and the
// cursor below.
func (a *asker) finish() error {
	back := "\r" + move(a.block.off, 'C')
	if a.atStart && a.textCol < a.cols {
		back = move(1, 'A') + "\r" + move(a.textCol, 'C')
	}
	return a.c.write(back + eraseBelow + visible(strings.TrimRight(a.line.text, " ")) + "\r\n")
}

// press does what the key does.
func (a *asker) press(k key) (answer string, done bool, err error) {
	a.escaped, a.fresh = false, false
	switch k.kind {
	case keyCancel:
		return "", true, ErrCancelled
	case keyEsc:
		if a.line.text == "" {
			return "", true, ErrCancelled
		}
		a.escaped, a.problem = true, ""
		a.line.set("")
	case keyEnter:
		answer, err := a.q.answer(a.line.text)
		if err == nil {
			return answer, true, nil
		}
		a.problem = err.Error()
	case keyTab, keyBackTab:
		if a.tabs.complete(&a.line, a.q.Suggestions, k.kind == keyBackTab) {
			a.problem = ""
		}
		return "", false, nil
	case keyRedraw:
		return "", false, a.start(clearAll)
	case keyDeleteOrEOF:
		if a.line.text == "" {
			return "", true, ErrCancelled
		}
		fallthrough
	default:
		if a.line.edit(k) {
			a.problem = ""
		}
	}
	a.tabs = tabs{}
	return "", false, nil
}

// below returns the rows under the line. They never push the question out of the
// terminal: the error gets a row if there is one at all, the rest is left out of a
// terminal with less than four.
func (a *asker) below() []string {
	room := a.rows - 1 - a.textRows
	if a.atStart {
		room--
	}
	var rows []string
	add := func(paint func(string) string, text string) {
		if text != "" && len(rows) < room {
			rows = append(rows, paint(fit(visible(text), a.cols-1)))
		}
	}
	for text := range strings.Lines(a.problem) {
		add(a.c.Style.Bad, strings.TrimRight(text, "\n"))
	}
	if a.rows < 4 {
		return rows
	}
	room = max(len(rows), min(room, a.rows-2-a.textRows))
	if a.escaped {
		add(a.c.Style.Dim, "Esc again to cancel")
	}
	add(a.c.Style.Dim, strings.Join(a.tabs.offered(a.line.text, a.q.Suggestions), "  "))
	if a.q.Note != nil {
		for text := range strings.Lines(a.q.Note(a.line.text)) {
			add(a.c.Style.Dim, strings.TrimRight(text, "\r\n"))
		}
	}
	return rows
}

// Tabs are the presses of the Tab key in a row. The zero value is none.
type tabs struct {
	typed   string   // what was there before the first
	matches []string // nil means none was pressed
	at      int      // the match that is in the line; -1 means what they have in common
}

// complete does what Tab does to the line, or Shift-Tab if back. It reports whether
// that is anything.
func (t *tabs) complete(l *line, suggestions []string, back bool) bool {
	before := l.text
	switch {
	case t.matches == nil:
		*t = tabs{typed: l.text, matches: matching(l.text, suggestions), at: -1}
		if len(t.matches) == 0 {
			*t = tabs{}
			return false
		}
		if common := common(t.matches); len(common) > len(l.text) {
			l.set(common)
			break
		}
		t.turn(back)
		l.set(t.matches[t.at])
	default:
		t.turn(back)
		l.set(t.matches[t.at])
	}
	return l.text != before
}

// turn goes on to the next match.
func (t *tabs) turn(back bool) {
	n := len(t.matches)
	switch {
	case !back:
		t.at = (t.at + 1) % n
	case t.at <= 0:
		t.at = n - 1
	default:
		t.at--
	}
}

// offered returns the suggestions to show.
func (t *tabs) offered(typed string, suggestions []string) []string {
	if len(t.matches) > 1 {
		return t.matches
	}
	if typed == "" {
		return nil
	}
	found := matching(typed, suggestions)
	if len(found) == 1 && found[0] == typed {
		return nil
	}
	return found
}

// matching returns the suggestions that begin with what is typed.
func matching(typed string, suggestions []string) []string {
	var found []string
	want := fold(typed)
	for _, s := range suggestions {
		if len(fold(s)) >= len(want) && fold(s)[:len(want)] == want {
			found = append(found, s)
		}
	}
	return found
}

// common returns what all of the texts begin with.
func common(texts []string) string {
	prefix := texts[0]
	for _, s := range texts[1:] {
		n := 0
		for n < len(prefix) && n < len(s) && prefix[n] == s[n] {
			n++
		}
		prefix = prefix[:n]
	}
	for prefix != "" && !utf8.ValidString(prefix) {
		prefix = prefix[:len(prefix)-1]
	}
	return prefix
}
