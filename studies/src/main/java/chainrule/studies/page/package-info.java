/**
 * What is shown of a study's {@link chainrule.studies.Report}.
 *
 * <ul>
 *   <li>{@link chainrule.studies.page.ResultFile}: the report as JSON, written and read.
 *   <li>{@link chainrule.studies.page.HtmlPage}: one self-contained page, with {@link chainrule.studies.page.Bars}.
 *   <li>{@link chainrule.studies.page.Markdown}: the documentation's page and the README's rows.
 * </ul>
 */
@NullMarked
package chainrule.studies.page;

import org.jspecify.annotations.NullMarked;
