/**
 * The command line. {@link chainrule.apps.cli.Main} reads the arguments and turns every failure into one sentence and an
 * exit code; a verb is one small class with its options, such as {@link chainrule.apps.cli.Generate}; options that several
 * verbs have are mixins ({@link chainrule.apps.cli.ModelOptions}, {@link chainrule.apps.cli.TextOptions},
 * {@link chainrule.apps.cli.DecodingOptions}). Results go to standard output, all else to standard error.
 *
 * <p>To add a verb, write a class that implements {@code Verb} and name it in {@code Main}.
 */
@NullMarked
package chainrule.apps.cli;

import org.jspecify.annotations.NullMarked;
