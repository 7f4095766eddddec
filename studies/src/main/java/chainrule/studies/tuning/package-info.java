/**
 * Studies of tuning a model that is already trained.
 *
 * <ul>
 *   <li>{@link chainrule.studies.tuning.MezoStudy}: by forward passes alone.
 *   <li>{@code Polarity}: sentences of film reviews. {@code Tuning}: a run on choices, judged on others. {@code Shares}:
 *       shares of right answers and their intervals.
 *   <li>{@code Embedded}: all parameters of the embedded model, and what their log is worth. {@code Arms}: adapters on a
 *       real one.
 *   <li>{@link chainrule.studies.tuning.PeakMemory}: what a process takes, as the operating system counts it.
 * </ul>
 */
@NullMarked
package chainrule.studies.tuning;

import org.jspecify.annotations.NullMarked;
