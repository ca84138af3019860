// Results that have several pages.

package call

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/jmespath"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A Paging selects a part of a result and the size of the pages.
type Paging struct {
	MaxItems      *int64 // nil means all items
	PageSize      *int64 // nil means the service's default
	StartingToken string // from ResumeToken or from the service; "" means from the beginning
}

// A Pager fetches the result of an operation page by page. It cannot be used twice.
type Pager struct {
	client *Client
	svc    *model.Service
	op     *model.Operation
	paging Paging
	input  *document.Object

	skip    int   // items at the start of the first page that an earlier run has returned
	now     token // the token of the current page
	resume  string
	nonAggr *document.Object
	reduced bool // the first page has passed through Results
}

// CanPage reports whether the result of the operation has pages.
func CanPage(op *model.Operation) bool { return op.Paginator != nil && len(op.Paginator.Result) > 0 }

// Pages returns a pager. [CanPage] must be true for the operation. Pages returns an error for an
// invalid starting token. It also returns an error if there is a page size but the operation has
// no parameter for it.
func (c *Client) Pages(svc *model.Service, op *model.Operation, input *document.Object, paging Paging) (*Pager, error) {
	if !CanPage(op) {
		return nil, fmt.Errorf("operation %s: it has no pages", op.Name)
	}
	p := &Pager{client: c, svc: svc, op: op, paging: paging, input: new(document.Object), nonAggr: new(document.Object)}
	for name, v := range input.All() {
		p.input.Set(name, v)
	}
	if paging.PageSize == nil && largePages(svc, op, p.input) {
		paging.PageSize = new(int64(1000))
	}
	if paging.PageSize != nil {
		if op.Paginator.Limit == "" {
			return nil, &InputError{op.Name, "PageSize parameter is not supported for the pagination interface for this operation."}
		}
		p.input.Set(op.Paginator.Limit, p.pageSize(*paging.PageSize))
	}
	p.now = make(token, len(op.Paginator.Input))
	for i, name := range op.Paginator.Input {
		p.now[i].name = name
	}
	if paging.StartingToken == "" {
		return p, nil
	}
	var err error
	if p.now, p.skip, err = readToken(op.Paginator.Input, paging.StartingToken); err != nil {
		return nil, err
	}
	p.use(p.now)
	return p, nil
}

// largePages reports whether the AWS CLI asks for pages of 1000 items by default. The AWS CLI
// does so for volumes and snapshots, if the input does not select single volumes or
// snapshots.
func largePages(svc *model.Service, op *model.Operation, input *document.Object) bool {
	if svc.Name != "ec2" || op.Name != "DescribeVolumes" && op.Name != "DescribeSnapshots" {
		return false
	}
	for name := range input.All() {
		switch name {
		case "NextToken", "DryRun":
		case "OwnerIds", "RestorableByUserIds":
			if op.Name != "DescribeSnapshots" {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// pageSize returns n in the type that the model defines for the page size.
func (p *Pager) pageSize(n int64) any {
	if m := p.op.Input.Shape.Member(p.op.Paginator.Limit); m != nil && m.Shape.Kind == model.String {
		return fmt.Sprint(n)
	}
	return n
}

// All yields the pages. It fetches a page after the caller has consumed the page before. An error
// ends the sequence.
func (p *Pager) All(ctx context.Context) iter.Seq2[*document.Object, error] {
	return func(yield func(*document.Object, error) bool) {
		total := 0
		var last token
		for first := true; ; first = false {
			page, err := p.client.Call(ctx, p.svc, p.op, p.input)
			if err != nil {
				yield(nil, err)
				return
			}
			if first {
				p.begin(page)
			} else {
				p.skip = 0
			}
			n := p.items(page)
			limit, limited := p.limit()
			if extra := total + n - limit; limited && extra > 0 {
				if err := p.truncate(page, max(0, n-extra)); err != nil {
					yield(nil, err)
				} else {
					yield(page, nil)
				}
				return
			}
			if !yield(page, nil) {
				return
			}
			total += n
			next, more := p.next(page)
			if !more {
				return
			}
			if limited && total == limit {
				p.resume = next.encode(whole)
				return
			}
			if last != nil && next.equal(last) {
				yield(nil, fmt.Errorf("Error during pagination: The same next token was received twice: %s", next.python()))
				return
			}
			p.use(next)
			p.now, last = next, next
		}
	}
}

// begin removes the items that an earlier run has returned from the first page. It also saves the
// values that are the same on all pages.
func (p *Pager) begin(page *document.Object) {
	result := p.op.Paginator.Result
	if p.paging.StartingToken != "" {
		var rest any
		if list, ok := find(page, result[0]).([]any); ok {
			rest = list[min(p.skip, len(list)):]
		}
		put(page, result[0], rest)
		for _, path := range result[1:] {
			switch find(page, path).(type) {
			case []any:
				put(page, path, []any{})
			case string:
				put(page, path, "")
			case int64, float64:
			default:
				put(page, path, nil)
			}
		}
	}
	for _, path := range p.op.Paginator.NonAggregate {
		put(p.nonAggr, path, find(page, path))
	}
}

// items returns the number of items of the most important result on the page. Like the AWS CLI, it
// counts the members of an object, and the characters of a text.
func (p *Pager) items(page *document.Object) int {
	switch v := find(page, p.op.Paginator.Result[0]).(type) {
	case []any:
		return len(v)
	case *document.Object:
		return v.Len()
	case string:
		return utf8.RuneCountInString(v)
	}
	return 0
}

// limit returns the largest number of items to return. ok is false if there is no limit.
func (p *Pager) limit() (int, bool) {
	if p.paging.MaxItems == nil {
		return 0, false
	}
	return int(max(0, min(*p.paging.MaxItems, 1<<31))), true
}

// truncate keeps the first n items of the page and sets the resume token. The AWS CLI cannot
// truncate an object either.
func (p *Pager) truncate(page *document.Object, n int) error {
	path := p.op.Paginator.Result[0]
	switch v := find(page, path).(type) {
	case []any:
		put(page, path, v[:n:n])
	case string:
		put(page, path, string([]rune(v)[:n]))
	case *document.Object:
		return fmt.Errorf("%s: --max-items cannot divide the result %s, which is not a list", p.op.Name, path)
	}
	p.resume = p.now.encode(n + p.skip)
	return nil
}

// next returns the token of the next page, and whether there is a next page.
func (p *Pager) next(page *document.Object) (token, bool) {
	model := p.op.Paginator
	if model.More != "" && !truthy(find(page, model.More)) {
		return nil, false
	}
	next, more := make(token, len(model.Input)), false
	for i, name := range model.Input {
		next[i].name = name
		if i < len(model.Output) {
			if v := tokenIn(page, model.Output[i]); truthy(v) {
				next[i].value, more = v, true
			}
		}
	}
	return next, more
}

// tokenIn returns the value of a path, or of an expression in JMESPath.
func tokenIn(page *document.Object, path string) any {
	if !strings.Contains(path, "[") {
		return find(page, path)
	}
	expr, err := jmespath.Compile(path)
	if err != nil {
		return nil // impossible: the generator compiles the expressions
	}
	v, err := expr.Search(page)
	if err != nil {
		return nil
	}
	return v
}

// use puts a token into the input.
func (p *Pager) use(t token) {
	for _, part := range t {
		if part.value == nil || part.value == "None" {
			p.input.Delete(part.name)
		} else {
			p.input.Set(part.name, part.value)
		}
	}
}

// truthy reports whether Python would treat v as true.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case int64:
		return v != 0
	case float64:
		return v != 0
	case []any:
		return len(v) > 0
	case *document.Object:
		return v.Len() > 0
	}
	return true
}

// ResumeToken returns the StartingToken for a later run that continues. It is "" if the pager has
// returned all items. It is valid after [Pager.All] has ended.
func (p *Pager) ResumeToken() string { return p.resume }

// Results returns only the results of a page. In the format text, the AWS CLI prints pages in
// this form. The first page also has the values that are the same on all pages. Missing results
// are null. Call Results once for each page of [Pager.All], in order.
func (p *Pager) Results(page *document.Object) *document.Object {
	o := new(document.Object)
	if !p.reduced {
		p.reduced = true
		merge(o, p.nonAggr)
	}
	for _, path := range p.op.Paginator.Result {
		put(o, path, find(page, path))
	}
	return o
}

// Full fetches all pages and returns one object. The object has the results of all pages and the
// values that are the same on all pages. If MaxItems has ended the sequence, the object also has
// a NextToken.
func (p *Pager) Full(ctx context.Context) (*document.Object, error) {
	full := new(document.Object)
	for page, err := range p.All(ctx) {
		if err != nil {
			return nil, err
		}
		for _, path := range p.op.Paginator.Result {
			appendResult(full, path, find(page, path))
		}
	}
	lists := make(map[string][]any)
	for _, path := range p.op.Paginator.Result {
		list, ok := find(full, path).([]any)
		if _, same := find(p.nonAggr, path).([]any); ok && same {
			lists[path] = list
		}
	}
	merge(full, p.nonAggr)
	for path, list := range lists { // the values of the first page contain its lists
		put(full, path, list)
	}
	if p.resume != "" {
		full.Set("NextToken", p.resume)
	}
	return full, nil
}

// merge adds the members of more to o. Objects with the same name are merged too.
func merge(o, more *document.Object) {
	for name, v := range more.All() {
		old, _ := o.Get(name)
		before, isObject := old.(*document.Object)
		if inner, ok := v.(*document.Object); ok && isObject {
			merge(before, inner)
		} else {
			o.Set(name, v)
		}
	}
}

// appendResult appends the result of a page to the results of earlier pages.
func appendResult(result *document.Object, path string, v any) {
	before := find(result, path)
	if v == nil {
		return
	}
	switch v := v.(type) {
	case []any:
		if list, ok := before.([]any); ok {
			put(result, path, append(list, v...))
			return
		}
	case string:
		if text, ok := before.(string); ok {
			put(result, path, text+v)
			return
		}
	case int64:
		if n, ok := before.(int64); ok {
			put(result, path, n+v)
			return
		}
	case float64:
		if n, ok := before.(float64); ok {
			put(result, path, n+v)
			return
		}
	}
	if before == nil {
		put(result, path, v)
	}
}

// find returns the value at a path, or nil. A path is names of members, joined by dots.
func find(o *document.Object, path string) any {
	name, rest, more := strings.Cut(path, ".")
	v, _ := o.Get(name)
	if !more {
		return v
	}
	inner, _ := v.(*document.Object)
	return find(inner, rest)
}

// put sets the value at a path.
func put(o *document.Object, path string, v any) {
	name, rest, more := strings.Cut(path, ".")
	if !more {
		o.Set(name, v)
		return
	}
	old, _ := o.Get(name)
	inner, ok := old.(*document.Object)
	if !ok {
		inner = new(document.Object)
		o.Set(name, inner)
	}
	put(inner, rest, v)
}
