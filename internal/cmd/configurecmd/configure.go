package configurecmd

import (
	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/command"
)

func New(app *command.App) *cobra.Command {
	configure := command.Group("configure", "Set up profiles, and read and change the AWS config")
	configure.AddCommand(
		NewConfigureSSO(app), newConfigureSession(app),
		newConfigureGet(app), newConfigureSet(app), newConfigureUnset(app),
		newConfigureList(app), newListProfiles(app),
		newConfigureImport(app), newConfigureUpgrade(app), newConfigureUndo(app),
		newExportCredentials(app),
	)
	return configure
}

// sectionFlags are the flags that name a section other than a profile.
type sectionFlags struct{ session, services string }

func (s *sectionFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.session, "sso-session", "", "the [sso-session] to look at in place of a profile")
	cmd.Flags().StringVar(&s.services, "services", "", "the [services] section to look at in place of a profile")
}
