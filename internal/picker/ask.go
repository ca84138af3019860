// This file asks questions that the user answers with one line, and completes that line.

package picker

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Question asks for one line.
type Question struct {
	// Text is the prompt, for example "SSO region [None]: ". The Console shows control
	// characters other than line feeds as question marks.
	Text string

	// Default is the answer for an empty line.
	Default string

	// The Console shows the suggestions that begin with the typed text. It ignores case. Tab
	// adds their common beginning, and then cycles through them.
	Suggestions []string

	// Note, if not nil, returns a text for the typed text. The Console shows it below the line.
	// It can have several lines. The Console leaves out lines that do not fit.
	Note func(typed string) string

	// Choices, if any, are the items of a menu that the Down key opens below the line. The
	// name of the picked item is the answer.
	Choices []Item

	// Check, if not nil, returns an error for an invalid answer. The Console shows the error,
	// and the user can correct the line.
	Check func(answer string) error
}

// answer returns the answer for a typed line.
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

// Ask asks for one line. It returns the line without surrounding white space, or Default
// for an empty line. Esc clears the line, and cancels if the line is empty.
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

// An asker shows a question and handles the keys until the user has answered.
type asker struct {
	c    *Console
	q    *Question
	line line
	tabs tabState

	problem string // the error of Check
	escaped bool   // the last key was Esc
	fresh   bool   // the screen is up to date

	block      *block
	cols, rows int
	atStart    bool // the line is in its own row below the prompt
	textRows   int
	textCol    int
	resized    bool // the size has changed, and may change again
}

// choose opens the menu of choices below the line, and returns the next key to handle. If the
// user picks an item, choose puts the item into the line and returns Enter.
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
	picked, err := only(a.c.choose(ctx, m, false))
	if writeErr := a.c.write(move(1, 'A') + move(a.block.col, 'C') + cursorOn); writeErr != nil {
		return key{}, writeErr
	}
	if err != nil {
		if err == errEsc { //nolint:errorlint // Esc only closes the menu
			err = nil
		}
		return key{}, err
	}
	a.line.set(m.Items[picked].Name)
	return key{kind: keyEnter}, nil
}

// minRoom is the number of columns that must be free after the prompt. With fewer free
// columns, the line gets its own row.
const minRoom = 12

// start prints the prompt in one piece and as plain text, because programs that answer
// questions search for it.
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

// resize prints the question again after the size of the terminal has stopped changing. It
// does not change the rows above, because the terminal may have moved them, and they may
// belong to other programs.
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
		back = move(1, 'A') // to the prompt, which has one row at any width
	}
	return false, a.start("\r" + back + eraseBelow)
}

// finish leaves the prompt and the whole line on the screen. It leaves the cursor in the row
// below.
func (a *asker) finish() error {
	back := "\r" + move(a.block.off, 'C')
	if a.atStart && a.textCol < a.cols {
		back = move(1, 'A') + "\r" + move(a.textCol, 'C')
	}
	return a.c.write(back + eraseBelow + visible(strings.TrimRight(a.line.text, " ")) + "\r\n")
}

// press handles a key.
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
	a.tabs = tabState{}
	return "", false, nil
}

// below returns the rows below the line. These rows never push the prompt off the screen.
// below shows an error if the terminal has a free row. It shows notes and suggestions if the
// terminal has at least four rows.
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

// A tabState holds the state of completion after one or more Tab keys. The zero value means that
// the user has not pressed Tab.
type tabState struct {
	typed   string   // the line before the first Tab
	matches []string // nil if the user has not pressed Tab
	at      int      // the index of the match in the line; -1 means their common beginning
}

// complete handles Tab, or Shift-Tab if backward is true. It reports whether the line has changed.
func (t *tabState) complete(l *line, suggestions []string, backward bool) bool {
	before := l.text
	switch {
	case t.matches == nil:
		*t = tabState{typed: l.text, matches: matching(l.text, suggestions), at: -1}
		if len(t.matches) == 0 {
			*t = tabState{}
			return false
		}
		if common := common(t.matches); len(common) > len(l.text) {
			l.set(common)
			break
		}
		t.turn(backward)
		l.set(t.matches[t.at])
	default:
		t.turn(backward)
		l.set(t.matches[t.at])
	}
	return l.text != before
}

// turn selects the next match. If backward is true, it selects the previous match.
func (t *tabState) turn(backward bool) {
	n := len(t.matches)
	switch {
	case !backward:
		t.at = (t.at + 1) % n
	case t.at <= 0:
		t.at = n - 1
	default:
		t.at--
	}
}

// offered returns the suggestions to show.
func (t *tabState) offered(typed string, suggestions []string) []string {
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

// matching returns the suggestions that begin with the typed text.
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

// common returns the longest common beginning of the texts.
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
