package chainrule.studies.data;

import java.util.List;

/**
 * Data that others have made.
 *
 * @param name on the command line
 */
public record DataSet(String name, String title, String licence, List<DataFile> files) {}
