package opclass

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/typo"
)

// Rules decide about requests. A rule is one of these words; "!" before it forbids instead:
//
//	read, secret, write     all operations of a class
//	*                       all reads and writes
//	s3:GetObject, s3:Get*   operations of a service, by their names in the API
//	region:eu-*             only requests to these regions
//	account:111122223333    only requests with the credentials of these accounts
//
// A request must match a rule that allows it, and none that forbids it. If there are rules for
// regions or accounts, one of them must match too. [Rules.Judge] explains what secrets and keys need.
type Rules struct{ list []rule }

// A rule is one word of the rules.
type rule struct {
	text   string
	forbid bool
	kind   ruleKind
	class  Class  // of a classRule
	glob   string // of the other kinds; in lower case, except of a regionRule
	// service is the first half of an operationRule, in lower case.
	service string
}

type ruleKind uint8

const (
	classRule ruleKind = iota
	anyRule
	operationRule
	regionRule
	accountRule
)

// A SyntaxError reports an invalid rule.
type SyntaxError struct {
	Rule, Reason, Hint string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("rule %q: %s", e.Rule, e.Reason) }

// ExitStatus returns the exit code of a usage error.
func (e *SyntaxError) ExitStatus() int { return 252 }

// NextStep returns a hint, or "".
func (e *SyntaxError) NextStep() string { return e.Hint }

// Parse reads rules. Each text has rules with commas or spaces between them.
func Parse(texts ...string) (*Rules, error) {
	r := new(Rules)
	allows := false
	for _, text := range texts {
		for _, word := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' || c == '\n' }) {
			one, err := parseRule(word)
			if err != nil {
				return nil, err
			}
			allows = allows || !one.forbid && one.kind <= operationRule
			r.list = append(r.list, one)
		}
	}
	if !allows {
		return nil, &SyntaxError{strings.Join(texts, ","), "no rule allows an operation", "add a rule such as read or s3:Get*"}
	}
	return r, nil
}

// String returns the rules with commas between them.
func (r *Rules) String() string {
	words := make([]string, len(r.list))
	for i, one := range r.list {
		words[i] = one.text
	}
	return strings.Join(words, ",")
}

func parseRule(word string) (rule, error) {
	r := rule{text: word}
	bare, forbid := strings.CutPrefix(word, "!")
	r.forbid = forbid
	fail := func(reason, hint string) (rule, error) { return rule{}, &SyntaxError{word, reason, hint} }
	if i := strings.IndexFunc(bare, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-_:*?", c)
	}); i >= 0 {
		return fail(fmt.Sprintf("unexpected character %q", []rune(bare[i:])[0]), "write rules such as read, s3:Get* or !iam:*")
	}
	first, second, isPair := strings.Cut(bare, ":")
	switch {
	case bare == "*":
		r.kind = anyRule
	case !isPair:
		i := slices.Index(classNames[:Keys], strings.ToLower(bare))
		if i < 0 {
			hint := "the classes are read, secret and write"
			if hasService(bare) {
				hint = "write " + strings.Repeat("!", len(word)-len(bare)) + bare + ":* for all operations of the service"
			}
			return fail("no class has this name", hint)
		}
		r.class = Class(i) //nolint:gosec // there are four classes
	case first == "" || second == "" || strings.Contains(second, ":"):
		return fail("expected SERVICE:OPERATION", "write rules such as s3:Get*")
	case first == "region":
		r.kind, r.glob = regionRule, strings.ToLower(second)
	case first == "account":
		r.kind, r.glob = accountRule, second
		if !strings.ContainsAny(second, "*?") && (len(second) != 12 || strings.Trim(second, "0123456789") != "") {
			return fail("an account has 12 digits", "")
		}
	default:
		r.kind, r.service, r.glob = operationRule, strings.ToLower(first), strings.ToLower(second)
		if err := r.check(); err != nil {
			return rule{}, err
		}
	}
	return r, nil
}

// hasService reports whether a service has a name or a signing name.
func hasService(name string) bool { return len(servicesNamed(strings.ToLower(name))) > 0 }

// servicesNamed returns the services whose names match a pattern.
func servicesNamed(pattern string) []*model.Service {
	all, err := Services()
	if err != nil {
		return nil // a test loads all services
	}
	var list []*model.Service
	for _, services := range all {
		for _, s := range services {
			if names(s, pattern) {
				list = append(list, s)
			}
		}
	}
	return list
}

// names reports whether a pattern matches a service: its name in the AWS CLI, or its name in
// signatures, which is usually its name in IAM policies.
func names(s *model.Service, pattern string) bool {
	return match(pattern, strings.ToLower(s.Name)) || match(pattern, strings.ToLower(s.SigningName))
}

// check returns an error if a rule for operations can never match.
func (r *rule) check() error {
	services := servicesNamed(r.service)
	if len(services) == 0 {
		hint := "write the name of the service in the AWS CLI or in IAM policies, such as s3, ec2 or states"
		if near := typo.Nearest(r.service, allNames()); len(near) > 0 {
			hint = "did you mean: " + near[0]
		}
		return &SyntaxError{r.text, "no service has the name " + r.service, hint}
	}
	if r.glob == "*" || strings.ContainsAny(r.service, "*?") {
		return nil
	}
	var known []string
	for _, s := range services {
		list, err := Operations(s)
		if err != nil {
			return err
		}
		for _, o := range list {
			if match(r.glob, strings.ToLower(o.Name)) {
				return nil
			}
			known = append(known, o.Name)
		}
	}
	_, operation, _ := strings.Cut(r.text, ":")
	hint := "write the name in the API, which can differ from IAM: s3:ListObjectsV2, not s3:ListBucket"
	if near := typo.Nearest(operation, known); len(near) > 0 {
		hint = "did you mean: " + r.service + ":" + near[0] + "\n" + hint
	}
	return &SyntaxError{r.text, fmt.Sprintf("%s has no operation %s", r.service, operation), hint}
}

// match reports whether a pattern with * and ? matches a name.
func match(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// A Request is a request to judge.
type Request struct {
	Service   *model.Service
	Operation string // "GetObject"
	Class     Class
	Region    string // of the signature
	Account   string // of the credentials; "" if it is not known
}

// name returns the operation as a rule names it.
func (q *Request) name() string { return q.Service.Name + ":" + q.Operation }

// A Verdict is the decision about a request.
type Verdict struct {
	Allowed bool
	Rule    string // the rule that decided; "" if no rule matched
	Reason  string // why the request is refused: a sentence
}

// Judge decides about a request. A rule allows an operation of the class Secret if it is the rule
// secret, or names the service without a wildcard. It allows an operation of the class Keys only if
// it names the operation without a wildcard.
func (r *Rules) Judge(q Request) Verdict {
	region, account := true, true
	var allowed string
	for _, one := range r.list {
		if one.forbid && one.matches(q) {
			return Verdict{false, one.text, fmt.Sprintf("the rule %s forbids %s", one.text, one.subject(q))}
		}
		switch {
		case one.forbid:
		case one.kind == regionRule:
			region = false
		case one.kind == accountRule:
			account = false
		case allowed == "" && one.matches(q) && one.reaches(q.Class):
			allowed = one.text
		}
	}
	for _, one := range r.list {
		if one.forbid || !one.matches(q) {
			continue
		}
		region = region || one.kind == regionRule
		account = account || one.kind == accountRule
	}
	switch {
	case allowed == "":
		reason := fmt.Sprintf("no rule of --allow %s allows %s, which is a %s", r, q.name(), q.Class)
		switch q.Class {
		case Keys:
			reason = fmt.Sprintf("no rule of --allow %s names %s, which returns credentials", r, q.name())
		case Secret:
			reason = fmt.Sprintf("no rule of --allow %s allows %s, which returns secrets", r, q.name())
		}
		return Verdict{false, "", reason}
	case !region:
		return Verdict{false, "", fmt.Sprintf("no rule of --allow %s allows the region %s", r, q.Region)}
	case !account:
		return Verdict{false, "", fmt.Sprintf("no rule of --allow %s allows the account %s", r, q.Account)}
	}
	return Verdict{Allowed: true, Rule: allowed}
}

// subject returns what a rule matches in a request.
func (r *rule) subject(q Request) string {
	switch r.kind {
	case regionRule:
		return "the region " + q.Region
	case accountRule:
		return "the account " + q.Account
	}
	return q.name()
}

// matches reports whether the words of a rule match a request.
func (r *rule) matches(q Request) bool {
	switch r.kind {
	case classRule:
		return r.class == q.Class || r.forbid && r.class == Secret && q.Class == Keys
	case anyRule:
		return true
	case regionRule:
		return match(r.glob, strings.ToLower(q.Region))
	case accountRule:
		return match(r.glob, q.Account)
	}
	return names(q.Service, r.service) && match(r.glob, strings.ToLower(q.Operation))
}

// reaches reports whether a rule can allow operations of a class.
func (r *rule) reaches(c Class) bool {
	exact := r.kind == operationRule && !strings.ContainsAny(r.service, "*?")
	switch c {
	case Keys:
		return exact && !strings.ContainsAny(r.glob, "*?")
	case Secret:
		return exact || r.kind == classRule
	}
	return true
}
