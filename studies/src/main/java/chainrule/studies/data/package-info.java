/**
 * The data sets that studies read: what they are, under which licence, where they come from and where they lie.
 *
 * <ul>
 *   <li>{@link chainrule.studies.data.DataSets}: all of them, each a {@link chainrule.studies.data.DataSet} of
 *       {@link chainrule.studies.data.DataFile}s.
 *   <li>{@link chainrule.studies.data.DataFolders}: the folders in which they are looked for.
 *   <li>{@link chainrule.studies.data.DataFetch}: how they are fetched, when somebody asks for it.
 * </ul>
 *
 * <p>To add a data set, write a constant in {@code DataSets} and name it in its list.
 */
@NullMarked
package chainrule.studies.data;

import org.jspecify.annotations.NullMarked;
