package awscli

import (
	"fmt"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// WhyNot returns one line that says why the operation of a command line is not built in. It returns
// "" if the operation is built in, or if the models do not have the operation.
func WhyNot(args []string) string {
	words := cmdline.Words(args)
	if len(words) < 2 {
		return ""
	}
	svc, err := model.Load(words[0])
	if err != nil {
		return ""
	}
	name, operation := words[1], words[1]
	if name == model.WaitCommand {
		_, rest := cmdline.SplitGlobals(args)
		if len(rest) < 3 {
			return ""
		}
		w, _ := svc.Waiter(rest[2])
		name, operation = "wait "+w.CLIName, w.Operation
	}
	for _, m := range svc.Without() {
		if m.CLIName == operation {
			return fmt.Sprintf("%s %s is not built into lanyard: %s", words[0], name, model.Explain(m.Reason))
		}
	}
	return ""
}
